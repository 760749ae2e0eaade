import type { CallOptions } from '@salvage-kit/core'
import type { Cattle } from '../client/cattle.ts'
import type { Environment } from '../discovery/environments.ts'
import { inventory } from '../discovery/inventory.ts'
import type { Inventory } from '../discovery/inventory.ts'

/** So old may be what a dump begins with: dumps that follow each other need not read hundreds of services each. */
const FRESH_MS = 5000

/** Reads what stands in environments. */
export interface Reader {
  /** As of now. */
  now(environment: Environment, options: CallOptions): Promise<Inventory>
  /** As of now, or of some seconds before. */
  lately(environment: Environment, options: CallOptions): Promise<Inventory>
}

/** A reader that remembers for some seconds. */
export function readerOf(api: Cattle): Reader {
  const known = new Map<string, { readonly at: number; readonly inventory: Inventory }>()
  const now: Reader['now'] = async (environment, { signal }) => {
    const at = performance.now()
    const found = await inventory(api, environment, { signal })
    known.set(environment.id ?? '', { at, inventory: found })
    return found
  }
  return {
    now,
    async lately(environment, { signal }) {
      signal.throwIfAborted()
      const last = known.get(environment.id ?? '')
      if (last !== undefined && performance.now() - last.at < FRESH_MS) return last.inventory
      return now(environment, { signal })
    },
  }
}
