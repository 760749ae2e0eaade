import { Readable } from 'node:stream'
import { createHash } from 'node:crypto'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, DumpProof } from '@salvage-kit/core'
import { exportStacks } from '../stack/export.ts'
import { changed } from './changed.ts'
import type { RancherFile } from './item.ts'
import type { RancherTools } from './open-rancher.ts'
import type { StackToken } from './token.ts'

/** The two files that a stack is made of, as the server writes them. */
export async function* stackDump(
  { api, reader }: RancherTools,
  { ref, environment, id }: StackToken,
  { signal }: CallOptions,
): AsyncGenerator<RancherFile, void> {
  if (api === undefined || reader === undefined) throw changed(ref, 'no address of an API is set any more')
  const { stacks } = await reader.lately(environment, { signal })
  const stack = stacks.find((one) => one.id === id)
  if (stack === undefined) throw changed(ref, 'Rancher has no such stack any more')
  const [exported] = await exportStacks(api, environment, [stack], { signal })
  if (exported?.ref !== ref) throw changed(ref, 'it has another name now')
  const { files, finding } = exported
  if (files === undefined) {
    const { code = 'RANCHER.NO_EXPORT', message = `${ref} was not exported`, ...more } = finding ?? {}
    throw new SalvageError(code, message, more)
  }
  for (const [name, text] of Object.entries(files)) yield textFile(name, text)
}

function textFile(name: string, text: string): RancherFile {
  const bytes = Buffer.from(text)
  const { promise: whole, resolve, reject } = Promise.withResolvers<DumpProof>()
  whole.catch(() => {})
  async function* all(): AsyncGenerator<Buffer> {
    yield bytes
    await Promise.resolve()
    if (bytes.length > 0) resolve({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  const content = Readable.from(all(), { objectMode: false })
  content.once('close', () => {
    reject(
      new SalvageError('DUMP.NOT_WHOLE', `${name} is not whole`, {
        why: bytes.length === 0 ? 'it is empty' : 'it was not read to its end',
      }),
    )
  })
  return { name, file: name, content, whole }
}
