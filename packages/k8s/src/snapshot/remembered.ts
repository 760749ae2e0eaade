import { deadline } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'

const VIEW_MS = 30_000

/** A run probes many claims at once: what is the same for all of them is looked at once, by nobody's signal. */
export function remembered<T>(look: (options: CallOptions) => Promise<T>): () => Promise<T> {
  let known: { readonly until: number; readonly view: Promise<T> } | undefined
  const own = async (): Promise<T> => {
    using limit = deadline(VIEW_MS)
    return await look(limit)
  }
  return async () => {
    if (known === undefined || performance.now() > known.until) {
      const fresh = { until: performance.now() + VIEW_MS, view: own() }
      known = fresh
      fresh.view.catch(() => {
        if (known === fresh) known = undefined
      })
    }
    return known.view
  }
}
