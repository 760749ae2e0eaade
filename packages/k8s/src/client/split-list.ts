/** A list of the API, taken apart before it is parsed. */
export interface SplitList {
  /** The list with no items. */
  readonly rest: string
  /** Each item as JSON, made when it is asked for, with `null` in place of its managed fields. */
  readonly items: Iterable<string>
}

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]
const [ITEMS, METADATA, MANAGED] = ['items', 'metadata', 'managedFields'].map((word) => Buffer.from(word))
/** Of the list, of its items, of an item, of the metadata of an item: how many brackets are open within. */
const [IN_LIST, IN_ITEMS, IN_ITEM, IN_METADATA] = [1, 2, 3, 4]

/**
 * Takes a list apart: a page parsed at once is held until all of it is read, and most of its bytes are managed fields that
 * nobody reads. Undefined when it does not look as API servers write lists; it may be one all the same.
 */
export function splitList(body: Buffer): SplitList | undefined {
  /** Four numbers each: where an item begins and ends, and where its managed fields do (0 and 0: none). */
  const places: number[] = []
  let [depth, begin, managed, unmanaged] = [0, 0, 0, 0]
  let [first, last] = [0, 0]
  let isMetadata = false
  for (let at = 0; at < body.length; at += 1)
    switch (body[at]) {
      case QUOTE: {
        const word = at + 1
        at = endOfString(body, word)
        if (body[at + 1] !== COLON) break
        if (depth === IN_ITEM && first > last) isMetadata = is(body, word, at, METADATA)
        else if (
          depth === IN_METADATA &&
          isMetadata &&
          first > last &&
          body[at + 2] === OPEN_LIST &&
          is(body, word, at, MANAGED)
        )
          managed = at + 2
        else if (depth === IN_LIST && is(body, word, at, ITEMS)) {
          if (first > 0 || body[at + 2] !== OPEN_LIST) return undefined
          first = at + 3
        }
        break
      }
      case OPEN:
      case OPEN_LIST:
        depth += 1
        if (depth === IN_ITEM && first > last) begin = at
        break
      case CLOSE:
      case CLOSE_LIST:
        depth -= 1
        if (first <= last) break
        if (depth === IN_METADATA && managed > unmanaged) unmanaged = at + 1
        else if (depth === IN_ITEMS) {
          places.push(begin, at + 1, ...(managed > begin ? [managed, unmanaged] : [0, 0]))
          if (body[at + 1] !== COMMA && body[at + 1] !== CLOSE_LIST) return undefined
        } else if (depth === IN_LIST) last = at
        break
      case undefined:
      default:
        break
    }
  if (depth !== 0 || first === 0 || last === 0) return undefined
  if (places.length === 0 && first !== last) return undefined
  return {
    rest: body.toString('utf8', 0, first) + body.toString('utf8', last),
    items: { [Symbol.iterator]: () => texts(body, places) },
  }
}

function* texts(body: Buffer, places: readonly number[]): Generator<string> {
  for (let at = 0; at < places.length; at += 4) {
    const [begin = 0, end = 0, managed = 0, unmanaged = 0] = places.slice(at, at + 4)
    yield managed === 0
      ? body.toString('utf8', begin, end)
      : `${body.toString('utf8', begin, managed)}null${body.toString('utf8', unmanaged, end)}`
  }
}

/** The place of the quote that ends a string; the end of all when none does. */
function endOfString(body: Buffer, from: number): number {
  let at = from
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

function is(body: Buffer, from: number, to: number, word: Buffer | undefined): boolean {
  return word !== undefined && to - from === word.length && body.compare(word, 0, word.length, from, to) === 0
}
