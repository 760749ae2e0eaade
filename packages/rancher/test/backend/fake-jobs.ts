import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { DumpFile, DumpProof } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { DumpJob, JobPort, JobRun } from '../../src/index.ts'

/** One call of the port. */
export interface RanJob {
  readonly job: DumpJob
  readonly options: Omit<JobRun, 'signal'>
}

/** What a job that ran left. */
export type JobResult = Readonly<Record<string, Buffer | string>> | Error

/** Jobs that run nowhere: they are kept, and their files are what `result` says. */
export function fakeJobs(
  result: (job: DumpJob) => JobResult,
): JobPort & { readonly ran: readonly RanJob[]; open(): number } {
  const ran: RanJob[] = []
  let open = 0
  return {
    ran,
    open: () => open,
    async *run(job, { signal, ...options }) {
      signal.throwIfAborted()
      await Promise.resolve()
      ran.push({ job, options })
      open += 1
      try {
        const files = result(job)
        if (files instanceof Error) throw files
        for (const [name, content] of Object.entries(files)) {
          const file = fileOf(name, Buffer.from(content), signal)
          yield file
          file.content.destroy()
        }
      } finally {
        open -= 1
      }
    },
  }
}

function fileOf(name: string, bytes: Buffer, signal: AbortSignal): DumpFile {
  const { promise, resolve, reject } = Promise.withResolvers<DumpProof>()
  promise.catch(() => {})
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 65_536) {
      await Promise.resolve()
      signal.throwIfAborted()
      yield bytes.subarray(at, at + 65_536)
    }
    resolve({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  const content = Readable.from(pieces(), { objectMode: false, signal })
  content.on('error', reject)
  content.on('close', () => reject(new SalvageError('DUMP.NOT_WHOLE', `${name} was not read to its end`)))
  return { name, content, whole: promise }
}
