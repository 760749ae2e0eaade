/** A document of the API. */
export type Document = Readonly<Record<string, unknown>> & { readonly id: string }

const DEFAULT_LIMIT = 1000
const MOST = 10_000
const OF_PAGING = new Set(['limit', 'marker', 'sort', 'order', 'reverse'])

/** One page of a list: filtered by every other word of the query, from the marker on, which is the id of its first. */
export function collection(type: string, all: readonly Document[], url: URL, pageLimit: number): object {
  const filters = [...url.searchParams].filter(([name]) => !OF_PAGING.has(name))
  const found = all.filter((one) => filters.every(([name, value]) => String(one[name]) === value))
  const limit = Math.min(askedLimit(url.searchParams.get('limit')), pageLimit)
  const marker = url.searchParams.get('marker')
  const from =
    marker === null
      ? 0
      : Math.max(
          0,
          found.findIndex(({ id }) => id === marker),
        )
  const data = found.slice(from, from + limit)
  const following = found[from + limit]
  const next = new URL(url)
  if (following !== undefined) next.searchParams.set('marker', following.id)
  return {
    type: 'collection',
    resourceType: type,
    links: { self: `${url.origin}${url.pathname}` },
    createTypes: {},
    actions: {},
    pagination: {
      limit,
      total: found.length,
      ...(following === undefined ? {} : { partial: true, next: next.href }),
    },
    sort: { order: 'asc', reverse: `${url.origin}${url.pathname}?order=desc`, links: {} },
    filters: {},
    data,
  }
}

function askedLimit(text: string | null): number {
  if (text === null || !/^-?\d+$/.test(text)) return DEFAULT_LIMIT
  const limit = Number(text)
  return limit <= 0 || limit > MOST ? MOST : limit
}
