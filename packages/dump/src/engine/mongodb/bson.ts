/** A field that stands at the top of a document; undefined: of a kind that nobody here asks for. */
export type BsonField = string | boolean | number | Buffer | undefined

/**
 * The fields at the top of a document; undefined when it is none. It reads headers of archives, which have strings, booleans and
 * integers; behind a field of any other kind it stops.
 */
export function bsonFields(document: Buffer): ReadonlyMap<string, BsonField> | undefined {
  const fields = new Map<string, BsonField>()
  let at = 4
  try {
    if (document.readInt32LE(0) !== document.length || document.at(-1) !== 0) return undefined
    while (document[at] !== 0) {
      const kind = document[at]
      const end = document.indexOf(0, at + 1)
      if (end < 0) return undefined
      const name = document.toString('utf8', at + 1, end)
      const [value, next] = valueAt(document, end + 1, kind)
      fields.set(name, value)
      if (next === undefined) return fields
      at = next
    }
    return at === document.length - 1 ? fields : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const STRING = 0x02
const BOOLEAN = 0x08
const INT_32 = 0x10
const INT_64 = 0x12

function valueAt(document: Buffer, at: number, kind = 0): readonly [BsonField, next?: number] {
  switch (kind) {
    case STRING: {
      const end = at + 4 + document.readInt32LE(at)
      return [document.toString('utf8', at + 4, end - 1), end]
    }
    case BOOLEAN:
      return [document[at] === 1, at + 1]
    case INT_32:
      return [document.readInt32LE(at), at + 4]
    case INT_64:
      return [document.subarray(at, at + 8), at + 8]
    default:
      return [undefined]
  }
}
