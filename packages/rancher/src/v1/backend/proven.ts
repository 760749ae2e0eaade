import { Readable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import type { DumpFile } from '@salvage-kit/core'
import { proofOf } from './proof.ts'

/**
 * A file of a job that is whole only when its own format says so too, as far as that is known: see `proofOf`. Rejects with
 * `DUMP.NOT_WHOLE`.
 */
export function proven(file: DumpFile): DumpFile {
  const proof = proofOf()
  const fault = Promise.withResolvers<string | undefined>()
  fault.promise.catch(() => {})
  async function* passing(): AsyncGenerator<Buffer> {
    for await (const chunk of file.content) {
      const piece = Buffer.from(chunk)
      await proof.take(piece)
      yield piece
    }
    fault.resolve(await proof.fault())
  }
  const content = Readable.from(passing(), { objectMode: false })
  content.once('error', (error) => fault.reject(error))
  content.once('close', () => {
    file.content.destroy()
    proof.leave()
    fault.reject(new SalvageError('DUMP.NOT_WHOLE', `${file.name} was not read to its end`))
  })
  const whole = verdict(file, fault.promise)
  whole.catch(() => {})
  return { name: file.name, content, whole }
}

async function verdict(file: DumpFile, fault: Promise<string | undefined>): ReturnType<typeof proofWhole> {
  // What made the file knows best why it broke off.
  const told = await proofWhole(file)
  const why = await fault
  if (why !== undefined) throw new SalvageError('DUMP.NOT_WHOLE', `${file.name} is not whole`, { why })
  return told
}

async function proofWhole({ whole }: DumpFile): DumpFile['whole'] {
  return whole
}
