import type { CallOptions } from '@salvage-kit/core'
import type { z } from 'zod'
import { badRequest } from '../error.ts'

/** One call of the protocol. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** Work that may take hours: it has no deadline, and an end of the plugin aborts it. */
  readonly isLong: boolean
  /** An undefined body is an empty one. Rejects with `PLUGIN.REQUEST` when it is not what the call takes. The answer without `Err` means success. */
  answer(body: unknown, options: CallOptions): Promise<object>
}

/** Checks the body before the work. */
export function route<T>(
  body: z.ZodType<T>,
  work: (body: T, options: CallOptions) => Promise<object>,
  { method = 'POST', isLong = false }: { readonly method?: 'GET' | 'POST'; readonly isLong?: boolean } = {},
): Route {
  return {
    method,
    isLong,
    answer: async (given, options) => {
      const read = body.safeParse(given ?? {})
      if (read.success) return work(read.data, options)
      // Docker Engine 20.10 says a request again whose answer was cut off, and leaves out what it was about.
      if (given === undefined) throw badRequest('it has no content; if it repeats one that was cut off, do it again')
      throw badRequest(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
    },
  }
}
