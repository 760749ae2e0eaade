import { createHash } from 'node:crypto'
import { SalvageError } from '../error.ts'
import type { DumpFile, DumpProof } from './dump.ts'
import { letGo } from './let-go.ts'

/** A file of a dump that is measured on its way. */
export interface ProvedFile {
  /** The content, once. A piece is good until the next one is asked for. Whoever stops before the end destroys it. */
  readonly content: AsyncIterable<Buffer>
  /**
   * Resolves when all of it came through `content` and its dumper says that this was all. Called after the end of
   * `content`. Rejects with `DUMP.NOT_WHOLE`, or with what the dumper says.
   */
  readonly whole: () => Promise<DumpProof>
}

/**
 * A file of a dump whose count and hash are compared, at this end, with those of its dumper. Where its pieces are handed over
 * the dumper's hash is of them, and is not made again: on some machines that takes as long as all the rest. Then the count alone is
 * compared here: two hashes would be one and the same. What would spoil bytes between the dumper's hash and the crane tests have to
 * find, which look at the content that cranes stored of such pieces.
 */
export function proved(file: DumpFile): ProvedFile {
  const digest = file.handedOver === true ? undefined : createHash('sha256')
  let bytes = 0
  let ended = false
  // Asked for later, or never when the copy fails first.
  file.whole.catch(() => undefined)
  async function* content(): AsyncGenerator<Buffer> {
    try {
      for await (const piece of file.content) {
        if (!Buffer.isBuffer(piece)) throw new Error(`the dump ${file.name} gives text in place of bytes`)
        digest?.update(piece)
        bytes += piece.length
        yield piece
        if (file.handedOver === true) letGo(piece)
      }
    } catch (error) {
      // What broke off its output is better told by the dumper than by the stream.
      await file.whole
      throw error
    }
    ended = true
  }
  return {
    content: content(),
    whole: async () => {
      const told = await file.whole
      const isSame = digest === undefined || digest.digest('hex') === told.sha256
      if (ended && told.bytes === bytes && isSame) return told
      throw new SalvageError('DUMP.NOT_WHOLE', `the dump ${file.name} did not come whole`, {
        why: ended
          ? `${String(bytes)} bytes came, ${String(told.bytes)} were sent${digest === undefined ? '' : `, and their hashes ${isSame ? 'agree' : 'differ'}`}`
          : 'it was not read to its end',
      })
    },
  }
}
