import { SalvageError } from '@salvage-kit/core'
import type { z } from 'zod'
import type { Deed } from '../error.ts'

/** Reads an answer by its schema. Throws `RANCHER.ANSWER`, which never repeats the body: it may hold secrets of services. */
export function readAnswer<T>(deed: Deed, schema: z.ZodType<T>, text: string): T {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw strangeAnswer(deed, 'it is no JSON: a proxy may have answered, or the answer broke off')
  }
  const result = schema.safeParse(body)
  if (!result.success) throw strangeAnswer(deed, 'it is not what the API says')
  return result.data
}

/** The error of an answer that cannot be used. */
export function strangeAnswer({ method, place }: Deed, why: string): SalvageError {
  return new SalvageError('RANCHER.ANSWER', `${method} ${place}: the answer cannot be used`, { why })
}
