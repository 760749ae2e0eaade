import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Json, Quiescer } from '@salvage-kit/core'
import { Identified } from './schema.ts'
import { nameOf } from './token.ts'

/** A quiescer that can tell whether its workload stayed at rest, as all of this package can. */
export type TellingQuiescer = Quiescer & Required<Pick<Quiescer, 'atRest'>>

/** The same quiescer; its errors name the container where the engine's calls, which go by its id, know that alone. */
export function withNames(quiescer: TellingQuiescer): TellingQuiescer {
  return {
    ...quiescer,
    quiesce: async (token, options) => named(token, quiescer.quiesce(token, options)),
    resume: async (token, options) => named(token, quiescer.resume(token, options)),
    atRest: async (token, options) => named(token, quiescer.atRest(token, options)),
    ...(quiescer.healthy === undefined
      ? {}
      : { healthy: async (token, options) => named(token, quiescer.healthy?.(token, options) ?? Promise.resolve([])) }),
  }
}

async function named<T>(token: Json, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { data } = Identified.safeParse(token)
    if (data === undefined || !isSalvageError(error) || !error.message.includes(data.id)) throw error
    const { code, message, why, hint, retryable, untouched } = error
    throw new SalvageError(code, message.replaceAll(`container ${data.id}`, nameOf(data)), {
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
      retryable,
      untouched,
      cause: error,
    })
  }
}
