import type { LiftOptions } from '@salvage-kit/core'

/** How many bytes come between two tellings of progress. */
export const TELLING: number = 4 << 20

/** Gives the chunks on and tells how far they are. */
export async function* observed(
  chunks: AsyncIterable<Buffer>,
  totalBytes: number,
  { onProgress }: LiftOptions,
): AsyncGenerator<Buffer> {
  let bytes = 0
  let told = 0
  for await (const chunk of chunks) {
    yield chunk
    bytes += chunk.length
    if (bytes - told < TELLING && bytes < totalBytes) continue
    told = bytes
    onProgress?.({ bytes, totalBytes })
  }
}
