import type { Document } from './documents.ts'

/** How a list is paged: 100 by default, and never more than the server gives. */
const DEFAULT_LIMIT = 100
const MOST = 3000

/** One page of a list. `url` is the request's own, of which the link to the next page is made. */
export function collection(type: string, all: readonly Document[], url: URL, pageLimit: number): object {
  const limit = Math.min(askedLimit(url.searchParams.get('limit')), pageLimit)
  const from = Number(/^m(\d+)$/.exec(url.searchParams.get('marker') ?? '')?.[1] ?? 0)
  const data = all.slice(from, from + limit)
  const more = from + limit < all.length
  const next = new URL(url)
  next.searchParams.set('marker', `m${String(from + limit)}`)
  return {
    type: 'collection',
    resourceType: type,
    links: { self: `${url.origin}${url.pathname}` },
    createTypes: {},
    actions: {},
    data,
    sortLinks: { name: `${url.origin}${url.pathname}?sort=name` },
    pagination: { first: null, previous: null, next: more ? next.href : null, limit, total: null, partial: more },
    sort: null,
    filters: { name: null, state: null },
    createDefaults: {},
  }
}

function askedLimit(text: string | null): number {
  if (text === null || !/^-?\d+$/.test(text)) return DEFAULT_LIMIT
  const limit = Number(text)
  return limit <= 0 || limit > MOST ? MOST : limit
}
