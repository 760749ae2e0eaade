import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { volumeEffects } from '../../../src/volume/effects.ts'

/** What every verb takes. */
export const never: { readonly signal: AbortSignal } = { signal: new AbortController().signal }

/** The rig of one process. */
export function rigAt(state: string): Rig {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  return {
    backends: [{ id: 'btrfs', effects: volumeEffects() }],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: sqliteCatalog(join(state, 'catalog.sqlite')),
    locks: sqliteLocks(join(state, 'locks')),
    report: () => undefined,
    now: () => new Date(),
  }
}
