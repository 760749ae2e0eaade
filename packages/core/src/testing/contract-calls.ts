import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'

/** Call options that nobody aborts. */
export function unaborted(): CallOptions {
  return { signal: new AbortController().signal }
}

/** Call options aborted before the call. */
export function aborted(): CallOptions {
  return { signal: AbortSignal.abort(new Error('aborted before the call')) }
}

/** What a token looks like after a trip through a journal. */
export function overJournal(token: Json): Json {
  const read: Json = JSON.parse(JSON.stringify(token))
  return read
}

/** Everything that an async iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
