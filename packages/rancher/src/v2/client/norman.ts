import type { CallOptions } from '@salvage-kit/core'
import type { z } from 'zod'
import { collect } from '../../client/collect.ts'
import type { Listed } from '../../client/collect.ts'
import { makeLine } from '../../client/line.ts'
import type { Line, LineOptions } from '../../client/line.ts'

/** The management API of one Rancher 2 server, with one token. */
export interface Norman extends AsyncDisposable {
  /** The address of the server. */
  readonly address: string
  /**
   * Everything in a list, over as many pages as there are; each object once. `path` begins with a slash, its parts are encoded.
   * Rejects with `RANCHER.ANSWER`, `RANCHER.PAGING`, `RANCHER.TOKEN` and the codes of a call.
   */
  list<T>(path: string, item: z.ZodType<T>, options: NormanList): Promise<Listed<T>>
}

/** What a list takes. */
export interface NormanList extends CallOptions {
  /** Only what has these values. */
  readonly filter?: Readonly<Record<string, string>>
}

/** A client; connects with its first call. `address` is one of `rancherAddress`. */
export function norman(address: string, options: LineOptions): Norman {
  const line: Line = makeLine(options)
  const root = `${address}/v3`
  return {
    address,
    list: async <T>(path: string, item: z.ZodType<T>, { filter, signal }: NormanList): Promise<Listed<T>> =>
      collect(line, { root, place: `${root}${path}`, ...(filter === undefined ? {} : { filter }) }, item, { signal }),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  }
}
