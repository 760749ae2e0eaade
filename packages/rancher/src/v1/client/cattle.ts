import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { z } from 'zod'
import type { Deed } from '../../error.ts'
import type { CattleAddress } from '../address.ts'
import { makeLine } from './line.ts'
import type { Answer, LineOptions } from './line.ts'
import { ownLink } from './link.ts'

/** The lists that are read. */
export type Kind = 'containers' | 'projects' | 'services' | 'settings' | 'stacks'

/** The API of one Rancher 1.6 server, with one key. */
export interface Cattle extends AsyncDisposable {
  readonly address: CattleAddress
  /**
   * Everything of a kind, over as many pages as there are, ascending by id; each object once. `project` is the id of an
   * environment. Rejects with `RANCHER.ANSWER`, `RANCHER.PAGING` and the codes of a call.
   */
  list<T>(kind: Kind, item: z.ZodType<T>, options: ListCall): Promise<Listed<T>>
  /** Does an action, by its link. Rejects with the codes of a call. */
  act<T>(link: string, output: z.ZodType<T>, options: CallOptions): Promise<T>
}

/** What a list takes. */
export interface ListCall extends CallOptions {
  readonly project?: string
}

/** A whole list. */
export interface Listed<T> {
  readonly items: readonly T[]
  /** The ids of objects that are not as the API says they are; they spoil nothing else. */
  readonly odd: readonly string[]
  /** The kind of account that asked, such as `project` or `admin`; absent when the server does not say. */
  readonly accountKind?: string
}

/** What one request asks for. The server gives less when it is set to. */
const PAGE = 1000

const Page = z.object({
  data: z.array(z.unknown()),
  pagination: z.object({ next: z.string().nullish() }).nullish(),
})
const Identified = z.object({ id: z.string() })

/** A client; connects with its first call. */
export function cattle(address: CattleAddress, options: LineOptions): Cattle {
  const line = makeLine(options)
  return {
    address,
    async list<T>(kind: Kind, item: z.ZodType<T>, { project, signal }: ListCall): Promise<Listed<T>> {
      const scope = project === undefined ? address.root : `${address.root}/projects/${encodeURIComponent(project)}`
      const items = new Map<string, T>()
      const odd = new Set<string>()
      const seen = new Set<string>()
      let url: string | undefined = `${scope}/${kind}?limit=${String(PAGE)}`
      let accountKind: string | undefined
      while (url !== undefined) {
        if (seen.has(url)) throw circle(url)
        seen.add(url)
        const answer: Answer = await line.send('GET', url, { signal })
        accountKind ??= answer.accountKind
        const page: z.infer<typeof Page> = read({ method: 'GET', place: `${scope}/${kind}` }, Page, answer.text)
        // What stands on two pages, because others went meanwhile, is one object.
        for (const one of page.data) {
          const known = Identified.safeParse(one).data
          const good = item.safeParse(one).data
          if (known === undefined) throw strange({ method: 'GET', place: `${scope}/${kind}` }, 'an object has no id')
          if (good === undefined) odd.add(known.id)
          else items.set(known.id, good)
        }
        url = page.pagination?.next == null ? undefined : ownLink(address.root, page.pagination.next)
      }
      return { items: [...items.values()], odd: [...odd], ...(accountKind === undefined ? {} : { accountKind }) }
    },
    async act<T>(link: string, output: z.ZodType<T>, { signal }: CallOptions): Promise<T> {
      const url = ownLink(address.root, link)
      const { text } = await line.send('POST', url, { signal })
      return read({ method: 'POST', place: url.split('?')[0] ?? url }, output, text)
    },
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  }
}

/** Never repeats the body: it holds the environment of services. */
function read<T>(deed: Deed, schema: z.ZodType<T>, text: string): T {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw strange(deed, 'it is no JSON: a proxy may have answered, or the answer broke off')
  }
  const result = schema.safeParse(body)
  if (!result.success) throw strange(deed, 'it is not what the API says')
  return result.data
}

function strange({ method, place }: Deed, why: string): SalvageError {
  return new SalvageError('RANCHER.ANSWER', `${method} ${place}: the answer cannot be used`, { why })
}

function circle(url: string): SalvageError {
  return new SalvageError('RANCHER.PAGING', `GET ${url}: the pages of this list lead in a circle`)
}
