import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { docker } from '@salvage-kit/docker'
import { local } from '@salvage-kit/local'

/** The rig of one process: everything real, nothing in memory. */
export function rigOn(host: string, state: string): Rig {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  return {
    backends: [
      docker({
        host,
        cranes: { c: { image: 'salvage-test/crane', pull: 'never', env: { CRANE_SLEEP: '0.3' }, mounts: {} } },
      }),
      local({ directories: [], stateDirectory: state }),
    ],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: sqliteCatalog(join(state, 'catalog.sqlite')),
    locks: sqliteLocks(join(state, 'locks')),
    report: () => undefined,
    now: () => new Date(),
  }
}
