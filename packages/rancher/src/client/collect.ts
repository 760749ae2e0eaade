import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { Deed } from '../error.ts'
import { readAnswer, strangeAnswer } from './answer.ts'
import type { Line } from './line.ts'
import { ownLink } from './link.ts'

/** A whole list. */
export interface Listed<T> {
  readonly items: readonly T[]
  /** The ids of objects that are not as the API says they are; they spoil nothing else. */
  readonly odd: readonly string[]
  /** The kind of account that asked, such as `project` or `admin`; absent when the server does not say. */
  readonly accountKind?: string
}

/** Which list. */
export interface Collection {
  /** Links to further pages are put under this address. */
  readonly root: string
  /** The address of the list, without a query. */
  readonly place: string
  /** Only what has these values. */
  readonly filter?: Readonly<Record<string, string>>
}

/** What one request asks for. The server gives less when it is set to. */
const PAGE = 1000

const Page = z.object({
  data: z.array(z.unknown()),
  pagination: z.object({ next: z.string().nullish(), partial: z.boolean().nullish() }).nullish(),
})
const Identified = z.object({ id: z.string() })

/**
 * A whole list, over as many pages as there are, in the order of the server; each object once. Rejects with `RANCHER.ANSWER`,
 * `RANCHER.PAGING` and the codes of a call.
 */
export async function collect<T>(
  line: Line,
  { root, place, filter = {} }: Collection,
  item: z.ZodType<T>,
  { signal }: CallOptions,
): Promise<Listed<T>> {
  const deed: Deed = { method: 'GET', place }
  const items = new Map<string, T>()
  const odd = new Set<string>()
  const seen = new Set<string>()
  let url: string | undefined = `${place}?${new URLSearchParams({ limit: String(PAGE), ...filter }).toString()}`
  let accountKind: string | undefined
  while (url !== undefined) {
    if (seen.has(url)) throw pagesFail(deed, 'the pages of this list lead in a circle')
    seen.add(url)
    const answer = await line.send('GET', url, { signal })
    accountKind ??= answer.accountKind
    const { data, pagination }: z.infer<typeof Page> = readAnswer(deed, Page, answer.text)
    // What stands on two pages, because others went meanwhile, is one object.
    for (const one of data) {
      const known = Identified.safeParse(one).data
      const good = item.safeParse(one).data
      if (known === undefined) throw strangeAnswer(deed, 'an object has no id')
      if (good === undefined) odd.add(known.id)
      else items.set(known.id, good)
    }
    // The first servers of 2.0 cut a list and do not say where it goes on.
    if (pagination?.next == null && pagination?.partial === true)
      throw pagesFail(deed, 'the server gives a part of this list, and no way to the rest')
    url = pagination?.next == null ? undefined : ownLink(root, pagination.next)
  }
  return { items: [...items.values()], odd: [...odd], ...(accountKind === undefined ? {} : { accountKind }) }
}

function pagesFail({ method, place }: Deed, words: string): SalvageError {
  return new SalvageError('RANCHER.PAGING', `${method} ${place}: ${words}`)
}
