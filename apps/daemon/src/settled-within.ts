import { deadline } from '@salvage-kit/core'

/** What these come to; undefined when that takes longer than `ms`. They must not reject. */
export async function settledWithin<T>(works: readonly Promise<T>[], ms: number): Promise<readonly T[] | undefined> {
  if (works.length === 0) return []
  using limit = deadline(ms)
  const { promise, resolve } = Promise.withResolvers<undefined>()
  limit.signal.addEventListener('abort', () => resolve(undefined), { once: true })
  return await Promise.race([Promise.all(works), promise])
}
