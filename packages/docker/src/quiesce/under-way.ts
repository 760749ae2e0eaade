import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'

const UNDER_WAY_MS = 250

/**
 * Resolves when the engine has taken in what a process asked of it that died, or gave up, a moment ago. Who looked sooner
 * would see nothing of it.
 */
export async function underWay({ signal }: CallOptions): Promise<void> {
  await sleep(UNDER_WAY_MS, undefined, { signal })
}
