import { once } from 'node:events'
import type { TarEnd, UnpackingTar } from './tar-process.ts'

/**
 * Gives a stream to an unpacking tar and resolves with its end; rejects with what the stream rejects. A tar that is
 * content may leave the padding at the end unread: the stream is read to its end all the same, since it checks itself.
 * When tar fails, the rest of the stream is not read.
 */
export async function feedTar(tar: UnpackingTar, chunks: AsyncIterable<Buffer>): Promise<TarEnd> {
  let end: TarEnd | undefined
  const ended = tar.ended.then((result) => (end = result))
  for await (const chunk of chunks) {
    // A pipe that breaks is a tar that ends, and its end says why.
    if (end === undefined && !tar.input.write(chunk))
      await Promise.race([once(tar.input, 'drain').catch(() => ended), ended])
    if (end !== undefined && end.exitCode !== 0) break
  }
  tar.input.end()
  return ended
}
