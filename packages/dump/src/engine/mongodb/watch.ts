import type { Watch } from '../../engine.ts'
import { byteReader } from '../byte-reader.ts'
import type { Crc64 } from '../crc64.ts'
import { ecmaCrc64 } from '../crc64.ts'
import type { BsonField } from './bson.ts'
import { bsonFields } from './bson.ts'

const MAGIC = 0x8199e26d
const END = -1
/** More than a document of MongoDB may have. */
const LARGEST = 64 * 1024 * 1024

/**
 * An archive of `mongodump`: a list of what it is of, and then blocks of documents of one collection each. A collection ends by a
 * block of its own, with the checksum of its documents, and all that is listed has to end. Of views there are no documents.
 */
export function archiveWatch(): Watch {
  const open = new Set<string>()
  const sums = new Map<string, Crc64>()
  let wrong: string | undefined
  let between = false
  const reader = byteReader(function* read() {
    const magic = yield 4
    if (magic.readUInt32LE() !== MAGIC) {
      wrong = 'it is no archive of mongodump'
      return
    }
    wrong = yield* listed(open)
    while (wrong === undefined) {
      between = true
      const size = yield 4
      between = false
      wrong = yield* block(size, { open, sums })
    }
  })
  return {
    take: (chunk) => reader.take(chunk),
    verdict: () => {
      if (wrong !== undefined) return wrong
      if (!between || !reader.even()) return 'it ends within a block'
      const [missing] = open
      return missing === undefined ? undefined : `the collection ${missing.replace('\0', '.')} does not end`
    },
  }
}

interface Collections {
  readonly open: Set<string>
  readonly sums: Map<string, Crc64>
}

type Piece<T> = Generator<number, T, Buffer>

/** The header, and a document for each collection. */
function* listed(open: Set<string>): Piece<string | undefined> {
  let first = true
  for (;;) {
    const size = yield 4
    if (size.readInt32LE() === END) return first ? 'its list is broken' : undefined
    const fields = yield* fieldsOf(size)
    if (fields === undefined) return 'its list is broken'
    if (!first && !isView(fields)) open.add(nameOf(fields))
    first = false
  }
}

/** `type` is told by newer tools only; what a view is of is in the options of all. */
function isView(fields: ReadonlyMap<string, BsonField>): boolean {
  const metadata = fields.get('metadata')
  if (fields.get('type') === 'view') return true
  if (typeof metadata !== 'string') return false
  try {
    const told: unknown = JSON.parse(metadata)
    if (typeof told !== 'object' || told === null || !('options' in told)) return false
    return typeof told.options === 'object' && told.options !== null && 'viewOn' in told.options
  } catch {
    return false
  }
}

function* block(first: Buffer, { open, sums }: Collections): Piece<string | undefined> {
  const header = yield* fieldsOf(first)
  if (header === undefined) return 'the header of a block is broken'
  const name = nameOf(header)
  const sum = sums.get(name) ?? ecmaCrc64()
  sums.set(name, sum)
  open.add(name)
  for (;;) {
    const size = yield 4
    if (size.readInt32LE() === END) break
    const document = yield* documentOf(size)
    if (document === undefined) return `a document of ${name} is broken`
    sum.take(document)
  }
  if (header.get('EOF') !== true) return undefined
  const told = header.get('CRC')
  if (!Buffer.isBuffer(told) || !told.equals(sum.digest()))
    return `the checksum of ${name} is not that of its documents`
  ended(open, name)
  return undefined
}

/** A time series is listed by its own name, and its documents come under that of its buckets. */
function ended(open: Set<string>, name: string): void {
  open.delete(name)
  open.delete(name.replace('\0system.buckets.', '\0'))
}

function* documentOf(size: Buffer): Piece<Buffer | undefined> {
  const bytes = size.readInt32LE()
  if (bytes < 5 || bytes > LARGEST) return undefined
  return Buffer.concat([size, yield bytes - 4])
}

function* fieldsOf(size: Buffer): Piece<ReadonlyMap<string, BsonField> | undefined> {
  const document = yield* documentOf(size)
  return document === undefined ? undefined : bsonFields(document)
}

function nameOf(fields: ReadonlyMap<string, BsonField>): string {
  return `${String(fields.get('db'))}\0${String(fields.get('collection'))}`
}
