import { hash } from 'node:crypto'
import { SalvageError } from '@salvage-kit/core'
import type { Entry } from '../entry.ts'
import { byteCursor } from './byte-cursor.ts'
import type { ByteCursor } from './byte-cursor.ts'
import { hashContent, hashSparse } from './content-hash.ts'
import type { HashedHoles } from './content-hash.ts'
import { entryOf, isFile } from './entry-of.ts'
import { BLOCK, readHeader } from './header.ts'
import type { Header } from './header.ts'
import { paxNumber, paxText, readPax } from './pax.ts'
import type { PaxRecords } from './pax.ts'
import { readSparseMap } from './sparse-map.ts'

/** What is said of a file's content. */
type FileFacts = Pick<Entry, 'size' | 'sha256' | 'blocksSha256'>

/** No name, link or set of extended attributes that Linux allows comes near it. */
const LARGEST_EXTENSION = 64 << 20

/** What only sparse files have: in the formats 1.0, 0.1 and 0.0. */
const SPARSE = ['GNU.sparse.major', 'GNU.sparse.map', 'GNU.sparse.numblocks']

/**
 * Reads a tar stream (ustar, pax, GNU's long names and big numbers, sparse files of format 1.0) in one pass and gives
 * every entry with the hash of its content. Reads the stream to its very end. Takes memory for one entry at a time.
 * Rejects with `ARCHIVE.TAR_UNREADABLE`, and with what the stream itself rejects.
 */
export async function* readTar(bytes: AsyncIterable<Buffer>, holes: HashedHoles): AsyncGenerator<Entry> {
  const cursor = byteCursor(bytes)
  try {
    yield* entries(cursor, holes)
    await cursor.drain()
  } finally {
    await cursor.close()
  }
}

async function* entries(cursor: ByteCursor, holes: HashedHoles): AsyncGenerator<Entry> {
  const defaults: PaxRecords = new Map()
  let records: PaxRecords = new Map()
  for (;;) {
    const header = readHeader(cursor.now(BLOCK) ?? (await cursor.take(BLOCK)))
    if (header === undefined) return
    switch (header.typeflag) {
      case 'g':
        readPax(await extension(cursor, header), defaults)
        continue
      case 'x':
        readPax(await extension(cursor, header), records)
        continue
      case 'L':
        records.set('path', terminated(await extension(cursor, header)))
        continue
      case 'K':
        records.set('linkpath', terminated(await extension(cursor, header)))
        continue
    }
    const all = defaults.size === 0 ? records : new Map([...defaults, ...records])
    yield entryOf(header, all, smallFile(cursor, header, all) ?? (await content(cursor, header, all, holes)))
    if (records.size > 0) records = new Map()
  }
}

/** What is to be said of a plain file all of whose content is there already: most files, without waiting. */
function smallFile(cursor: ByteCursor, header: Header, records: PaxRecords): FileFacts | undefined {
  const { size } = header
  if (!isFile(header.typeflag) || records.has('size') || SPARSE.some((key) => records.has(key))) return undefined
  const padded = cursor.now(size + padding(size))
  return padded === undefined ? undefined : { size, sha256: hash('sha256', padded.subarray(0, size), 'hex') }
}

/** Reads past an entry's content; for a file, gives what is to be said of it. */
async function content(
  cursor: ByteCursor,
  header: Header,
  records: PaxRecords,
  holes: HashedHoles,
): Promise<FileFacts> {
  const stored = paxNumber(records, 'size') ?? header.size
  if (!isFile(header.typeflag)) {
    if (stored !== 0) throw unreadable(`a header of type ${JSON.stringify(header.typeflag)} with content`)
    return {}
  }
  const sparse = paxText(records, 'GNU.sparse.major')
  let file: FileFacts
  if (sparse === '1') {
    const size = paxNumber(records, 'GNU.sparse.realsize') ?? 0
    const map = await readSparseMap(cursor)
    const data = map.pieces.reduce((sum, piece) => sum + piece.size, map.length)
    if (data !== stored) throw unreadable('a sparse file whose map does not agree with its size')
    file = { size, ...(await hashSparse(cursor, map, size, holes)) }
  } else if (SPARSE.some((key) => records.has(key))) {
    throw unreadable('a sparse file of another format than 1.0')
  } else {
    file = { size: stored, ...(await hashContent(cursor, stored)) }
  }
  if (padding(stored) > 0) await cursor.take(padding(stored))
  return file
}

/** From the end of an entry's content to the next header. Sizes may be too large for the arithmetic of bits. */
function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** The body of a header that belongs to the entry after it. */
async function extension(cursor: ByteCursor, { size }: Header): Promise<Buffer> {
  if (size > LARGEST_EXTENSION) throw unreadable(`an extended header of ${String(size)} bytes`)
  const padded = await cursor.take(size + padding(size))
  return padded.subarray(0, size)
}

function terminated(name: Buffer): Buffer {
  const end = name.indexOf(0)
  return Buffer.from(end === -1 ? name : name.subarray(0, end))
}

function unreadable(what: string): SalvageError {
  return new SalvageError('ARCHIVE.TAR_UNREADABLE', `the tar stream holds ${what}`)
}
