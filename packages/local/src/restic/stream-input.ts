import type { Writable } from 'node:stream'
import { proved, SalvageError } from '@salvage-kit/core'
import type { DumpFile, DumpProof, LiftOptions, StreamSource } from '@salvage-kit/core'
import type { ResticInput } from './locking-call.ts'

/** A dump as the input of `restic backup`. */
export interface StreamInput extends ResticInput {
  /** After restic has ended with success: what it was given. */
  readonly proof: () => DumpProof | undefined
}

/** Opens a dump of one file. Rejects with what keeps it from beginning, and with `CRANE.MEDIUM`. */
export async function streamInput(source: StreamSource, { open }: LiftOptions): Promise<StreamInput> {
  if (open === undefined || source.several === true)
    throw new SalvageError('CRANE.MEDIUM', 'the restic crane reads a dump of one file that somebody opens for it')
  const files = open(source)[Symbol.asyncIterator]()
  const first = await files.next()
  if (first.done === true) throw new Error('a dump has a file')
  const file: DumpFile = first.value
  const { content, whole } = proved(file)
  let proof: DumpProof | undefined
  return {
    args: ['--stdin', '--stdin-filename', file.name],
    proof: () => proof,
    feed: async (stdin) => {
      if (!(await poured(content, stdin))) return false
      const told = await whole()
      const next = await files.next()
      if (next.done !== true) throw new Error('a stream is a dump of one file')
      if (told.bytes === 0)
        throw new SalvageError('CRANE.FAILED', 'restic makes no snapshot of a dump without a byte', {
          hint: 'is there anything to dump? Else use an archive:DIR store',
        })
      proof = told
      return true
    },
    [Symbol.asyncDispose]: async () => {
      file.content.destroy()
      await files.return?.()
    },
  }
}

/** Resolves with whether all was taken: a reader that has ended says itself why. */
async function poured(content: AsyncIterable<Buffer>, stdin: Writable): Promise<boolean> {
  for await (const piece of content) if (!(await taken(piece, stdin))) return false
  return !stdin.destroyed
}

/** Resolves when nobody needs the piece any more, with whether it went out. */
function taken(piece: Buffer, stdin: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(piece, (error) => resolve(error === undefined || error === null))
  })
}
