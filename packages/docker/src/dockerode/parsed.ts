import { SalvageError } from '@salvage-kit/core'
import type * as z from 'zod'

/** Reads an answer of the engine. Throws `DOCKER.ANSWER`; `what` names the call. */
export function parsed<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  throw new SalvageError('DOCKER.ANSWER', `${what}: the engine's answer is not as its API says`, {
    why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    hint: 'is this a Docker engine, and is nothing between it and here that changes answers?',
  })
}
