import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ContentHash, Entry } from './entry.ts'
import { blocksHash } from './tar/blocks-hash.ts'

/**
 * Where two entries of one file have hashes of different kinds, the found one with a hash of the kind that is wanted, made
 * from the file in `directory`. A restored file may have other holes than the archived one: file systems differ in that.
 */
export function rehashing(directory: string, signal: AbortSignal): (wanted: Entry, found: Entry) => Promise<Entry> {
  return async (wanted, found) => {
    if (wanted.type !== 'file' || found.type !== 'file' || wanted.path !== found.path) return found
    const { sha256, blocksSha256, ...rest } = found
    if (wanted.blocksSha256 !== undefined && sha256 !== undefined)
      return { ...rest, ...(await hashOfFile(directory, found.path, blocksOfFile, signal)) }
    if (wanted.sha256 !== undefined && blocksSha256 !== undefined)
      return { ...rest, ...(await hashOfFile(directory, found.path, wholeFile, signal)) }
    return found
  }
}

type Hashing = (chunks: AsyncIterable<Buffer>) => Promise<ContentHash>

async function hashOfFile(
  directory: string,
  path: string,
  hashing: Hashing,
  signal: AbortSignal,
): Promise<ContentHash> {
  const file = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, 'latin1')])
  return hashing(createReadStream(file, { highWaterMark: 1 << 20, signal }))
}

async function blocksOfFile(chunks: AsyncIterable<Buffer>): Promise<ContentHash> {
  const hash = blocksHash()
  for await (const chunk of chunks) hash.data(chunk)
  return { blocksSha256: hash.end() }
}

async function wholeFile(chunks: AsyncIterable<Buffer>): Promise<ContentHash> {
  const digest = createHash('sha256')
  for await (const chunk of chunks) digest.update(chunk)
  return { sha256: digest.digest('hex') }
}
