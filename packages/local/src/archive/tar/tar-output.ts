import { letGo } from '@salvage-kit/core'
import { readFailure } from './tar-failure.ts'
import type { CreatingTar } from './tar-process.ts'

/**
 * Everything that a creating tar writes. Ends only when tar said that the archive is whole (exit codes 0 and 1); rejects
 * with `ARCHIVE.SOURCE_UNREADABLE` or `ARCHIVE.TAR_FAILED` otherwise. `each` gets every chunk before it is
 * given on. A chunk is gone when the next one is asked for.
 */
export async function* tarOutput(
  tar: CreatingTar,
  directory: string,
  signal: AbortSignal,
  each?: (chunk: Buffer) => Promise<void>,
): AsyncGenerator<Buffer> {
  for await (const chunk of tar.output) {
    signal.throwIfAborted()
    await each?.(chunk)
    yield chunk
    letGo(chunk)
  }
  const end = await tar.ended
  signal.throwIfAborted()
  const failure = readFailure(end, directory)
  if (failure !== undefined) throw failure
}
