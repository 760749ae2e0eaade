import type { CallOptions } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'

/**
 * Tells whenever labels that define tides may have changed, and first `ready`. Ends by the signal alone; throws when the
 * engine goes away.
 */
export async function* watchTides(
  { config }: LoadedConfig,
  { signal }: CallOptions,
): AsyncGenerator<'ready' | 'changed', void, void> {
  const { dockerodeEngine, watchRoot } = await import('@salvage-kit/docker')
  const host = config.docker?.host
  yield* watchRoot(dockerodeEngine(host === undefined ? {} : { host }), { signal })
}
