import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import { kindOfSum, sameSum, summing } from './checksum.ts'
import type { Written } from './checksum.ts'
import { errno } from './store-failure.ts'
import { cutAtFrameEnds } from './zstd-frames.ts'

const PIECE = 1 << 20

/** The error of an archive that is not what was lifted. */
export function damaged(what: string, cause?: unknown): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', what, {
    hint: 'use another restore point; look after the disk that holds the store',
    ...(cause === undefined ? {} : { why: errorText(cause), cause }),
  })
}

/**
 * The bytes of a file of an archive. Ends only when all of them came and were the right ones. Rejects with
 * `ARCHIVE.DAMAGED` otherwise, and with `STORE.UNREACHABLE` when the file cannot be opened.
 */
async function* storedBytes(path: string, expected: Written, signal: AbortSignal): AsyncGenerator<Buffer> {
  const sum = summing(kindOfSum(expected))
  let bytes = 0
  try {
    const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: PIECE, signal })
    for await (const chunk of chunks) {
      sum.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    throw readFailure(error, path)
  }
  if (bytes !== expected.bytes)
    throw damaged(`${path} has ${String(bytes)} bytes and should have ${String(expected.bytes)}`)
  if (!sameSum(sum.end(), expected)) throw damaged(`${path} is not what was written: its checksum differs`)
}

/** What the file was before it was compressed. Ends and rejects as {@link storedBytes} does. */
export async function* unpacked(path: string, expected: Written, signal: AbortSignal): AsyncGenerator<Buffer> {
  const unzip = createZstdDecompress({ chunkSize: PIECE })
  const fed = pipeline(cutAtFrameEnds(storedBytes(path, expected, signal)), unzip)
  // Its failure also comes out of `unzip`; when the reader leaves early, nobody wants it.
  fed.catch(() => undefined)
  const chunks: AsyncIterable<Buffer> = unzip
  try {
    yield* chunks
    await fed
  } catch (error) {
    signal.throwIfAborted()
    throw isSalvageError(error) ? error : damaged(`${path} cannot be decompressed`, error)
  }
}

/** Compares the file with what was written, without unpacking it. Rejects as {@link storedBytes} does. */
export async function checkStored(path: string, expected: Written, signal: AbortSignal): Promise<void> {
  for await (const chunk of storedBytes(path, expected, signal)) void chunk
}

function readFailure(error: unknown, path: string): unknown {
  switch (errno(error)) {
    case undefined:
      return error
    case 'ENOENT':
      return damaged(`${path} is missing`, error)
    case 'EIO':
      return damaged(`${path} cannot be read`, error)
    default:
      return new SalvageError('STORE.UNREACHABLE', `${basename(path)} of an archive cannot be read`, {
        why: errorText(error),
        cause: error,
      })
  }
}
