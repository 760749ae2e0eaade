import type { CallOptions } from '@salvage-kit/core'
import type { z } from 'zod'
import { readAnswer } from '../../client/answer.ts'
import { collect } from '../../client/collect.ts'
import type { Listed } from '../../client/collect.ts'
import { makeLine } from '../../client/line.ts'
import type { LineOptions } from '../../client/line.ts'
import { ownLink } from '../../client/link.ts'
import type { CattleAddress } from '../address.ts'

/** A key of the API. `secret` goes into one header and nowhere else. */
export interface CattleKey {
  readonly name: string
  readonly secret: string
}

/** What a client takes. */
export interface CattleOptions extends Omit<LineOptions, 'authorization'> {
  /** Absent where the server asks for no key. */
  readonly key?: CattleKey
}

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

/** A client; connects with its first call. */
export function cattle(address: CattleAddress, { key, ...options }: CattleOptions): Cattle {
  const line = makeLine({ ...options, ...(key === undefined ? {} : { authorization: async () => basic(key) }) })
  return {
    address,
    async list<T>(kind: Kind, item: z.ZodType<T>, { project, signal }: ListCall): Promise<Listed<T>> {
      const scope = project === undefined ? address.root : `${address.root}/projects/${encodeURIComponent(project)}`
      return collect(line, { root: address.root, place: `${scope}/${kind}` }, item, { signal })
    },
    async act<T>(link: string, output: z.ZodType<T>, { signal }: CallOptions): Promise<T> {
      const url = ownLink(address.root, link)
      const { text } = await line.send('POST', url, { signal })
      return readAnswer({ method: 'POST', place: url.split('?')[0] ?? url }, output, text)
    },
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  }
}

function basic({ name, secret }: CattleKey): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
}
