import { memoryCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { runPlugin } from '../../../src/plugin/run-plugin.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import { volumeEffects } from '../../../src/volume/effects.ts'
import { NO_VERBS } from './no-verbs.ts'

// A process that a test may kill: node plugin-process.ts VOLUMES SNAPSHOTS MOUNTS SOCKET STATE
const [volumesPath = '', snapshotsPath = '', mountsPath = '', socketPath = '', state = ''] = process.argv.slice(2)
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

using journal = sqliteJournal(`${state}/journal.sqlite`)
const rig: Rig = {
  backends: [{ id: 'btrfs', effects: volumeEffects() }],
  journal,
  catalog: memoryCatalog(),
  locks: sqliteLocks(`${state}/locks`),
  report: (event) => {
    if (event.type === 'warning') process.stderr.write(`${JSON.stringify(event.finding)}\n`)
  },
  now: () => new Date(),
}
await runPlugin(
  { ...DEFAULT_SETTINGS, volumesPath, snapshotsPath, mountsPath, socketPath },
  { rig, verbs: NO_VERBS, signal: stop.signal, onListening: (socket) => process.stdout.write(`listening ${socket}\n`) },
)
