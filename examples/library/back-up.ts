import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { formatReport, makePlan, newRunId, probe, run, survey } from '@salvage-kit/core'
import { sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig, Tide } from '@salvage-kit/core'
import { docker } from '@salvage-kit/docker'
import { archiveStore, local } from '@salvage-kit/local'

const [directory = '/srv/app', volume = 'pgdata', backups = '/backups', state = '/var/lib/salvage-kit'] =
  process.argv.slice(2)

using journal = sqliteJournal(`${state}/journal.sqlite`)
using catalog = sqliteCatalog(`${state}/catalog.sqlite`)
const rig: Rig = {
  backends: [local({ directories: [{ path: directory }], stateDirectory: state }), docker({})],
  journal,
  catalog,
  locks: sqliteLocks(`${state}/locks`),
  report: () => {},
  now: () => new Date(),
}
const tide: Tide = {
  targets: [`dir:${directory}`, `docker:${volume}`],
  grouping: 'smart',
  store: archiveStore(backups),
  maxHoldMs: 600_000,
  maxConcurrent: 2,
}
const { signal } = new AbortController()
const found = await survey(rig, { signal })
const now = rig.now()
const identity = { runId: newRunId(now, randomUUID()), now, machine: hostname() }
const plan = makePlan(found, await probe(rig, found, { signal, stores: [tide.store] }), tide, identity)
console.log(formatReport(await run(rig, plan, { signal, init: true })))
