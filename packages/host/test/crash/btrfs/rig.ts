import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { btrfs, DEFAULT_SETTINGS } from '@salvage-kit/btrfs'
import { sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { local } from '@salvage-kit/local'

/** What a child process is told to do, as one JSON argument. */
export interface Wishes {
  /** Holds the volumes, the snapshots and the states of what writes. */
  readonly disk: string
  readonly state: string
  readonly runId: string
  readonly at: string
  readonly kind: 'btrfs' | 'btrfs-raw'
  /** The directory of the store. */
  readonly store: string
  /** Kill yourself at this point, counted from 1. */
  readonly point?: number
}

export const VOLUMES = ['one', 'two'] as const

/** The file that says whether what writes into a volume is up. */
export function stateFile(disk: string, volume: string): string {
  return join(disk, `${volume}.state`)
}

/** The rig of one process: everything real, nothing in memory. */
export function rigOn(disk: string, state: string): Rig {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const set = (volume: string, to: string): { readonly run: string; readonly shell: true } => ({
    run: `printf ${to} >'${stateFile(disk, volume)}'`,
    shell: true,
  })
  return {
    backends: [
      local({
        directories: VOLUMES.map((volume) => ({
          path: join(disk, volume),
          hooks: { pre: set(volume, 'down'), post: set(volume, 'up') },
        })),
        stateDirectory: state,
      }),
      btrfs({ settings: { ...DEFAULT_SETTINGS, snapshotsPath: join(disk, 'snapshots') } }),
    ],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: sqliteCatalog(join(state, 'catalog.sqlite')),
    locks: sqliteLocks(join(state, 'locks')),
    report: () => undefined,
    now: () => new Date(),
  }
}
