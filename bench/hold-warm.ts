// The hold of a container whose volume goes into a restic repository, by one copy inside the hold and by a warm copy before
// it; one percent of the volume changes between two runs.
// node bench/hold-warm.ts [MEGABYTES] [ROUNDS] [blocks|files]
// blocks: a little of every file, as databases do, so that restic must read all of it again. files: all of a few files.
import { randomBytes } from 'node:crypto'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  makePlan,
  newRunId,
  probe,
  run,
  sqliteCatalog,
  sqliteJournal,
  sqliteLocks,
  storesOf,
  survey,
} from '@salvage-kit/core'
import type { HoldChoice, Rig, Store, Tide } from '@salvage-kit/core'
import { docker } from '@salvage-kit/docker'
import { local, resticStore } from '@salvage-kit/local'
import { command, engineAddress, temporaryDirectory } from '@salvage-kit/testbed'
import { compare } from './sides.ts'

const FILE_BYTES = 16_000_000
const CHANGED = 0.01

const megabytes = Number(process.argv[2] ?? 64)
const rounds = Number(process.argv[3] ?? 3)
const pattern = process.argv[4] ?? 'blocks'
const files = Math.max(1, Math.round((megabytes * 1_000_000) / FILE_BYTES))
const host = engineAddress()
const name = 'salvage-bench-hold-warm'
const cli = async (...args: readonly string[]): Promise<string> =>
  (await command('docker', ['--host', host, ...args])).trim()

using folder = temporaryDirectory()
const passwordFile = join(folder.path, 'password')
process.env['RESTIC_CACHE_DIR'] = join(folder.path, 'cache')
const rig = rigIn(folder.path)
let next = 0
try {
  await writeFile(passwordFile, 'bench')
  await cli('volume', 'create', name)
  const place = await cli('volume', 'inspect', '--format={{.Mountpoint}}', name)
  await fill(place)
  // It writes all the time, as what is worth a warm copy does.
  const work = `trap 'exit 0' TERM; while :; do date >>/data/log; sleep 0.2 & wait $!; done`
  const start = [
    'run',
    '--detach',
    `--name=${name}`,
    `--volume=${name}:/data`,
    '--network=none',
    'salvage-test/busybox',
  ]
  await cli(...start, 'sh', '-c', work)
  // A repository of its own for each side: neither finds in it what the other has stored.
  const hold = async (choice: HoldChoice): Promise<number> => {
    await change(place)
    return holdOf(choice, resticStore(join(folder.path, choice), { passwordFile }))
  }
  await compare(
    `hold with ${String(megabytes)} MB in the volume, 1 % changed (${pattern}), restic (aim: a ratio of 0.25 at most)`,
    { name: 'copy', run: () => hold('copy') },
    { name: 'warm', run: () => hold('warm') },
    rounds,
  )
} finally {
  await cli('rm', '--force', '--volumes', name)
  await cli('volume', 'rm', '--force', name)
}

function rigIn(state: string): Rig {
  return {
    backends: [docker({ host }), local({ directories: [], stateDirectory: state })],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: sqliteCatalog(join(state, 'catalog.sqlite')),
    locks: sqliteLocks(join(state, 'locks')),
    report: () => undefined,
    now: () => new Date(),
  }
}

async function holdOf(hold: HoldChoice, store: Store): Promise<number> {
  const { signal } = new AbortController()
  const found = await survey(rig, { signal })
  const tide: Tide = {
    targets: [`docker:${name}`],
    grouping: 'smart',
    store,
    maxHoldMs: 3_600_000,
    maxConcurrent: 1,
    hold,
  }
  const capabilities = await probe(rig, found, { signal, stores: storesOf(tide) })
  const identity = { runId: newRunId(new Date(), randomBytes(3).toString('hex')), now: new Date(), machine: 'bench' }
  const report = await run(rig, makePlan(found, capabilities, tide, identity), { init: true })
  const [group] = report.groups
  if (report.outcome !== 'good' || group?.holdMs === undefined || group.way !== hold)
    throw new Error(JSON.stringify(report))
  return group.holdMs
}

async function fill(place: string): Promise<void> {
  for (let file = 0; file < files; file += 1) {
    await mkdir(folderOf(place, file), { recursive: true })
    await writeFile(pathOf(place, file), randomBytes(FILE_BYTES))
  }
}

/** Writes one percent of the volume anew, every time elsewhere. */
async function change(place: string): Promise<void> {
  const whole = pattern === 'files'
  const touched = whole ? Math.max(1, Math.round(files * CHANGED)) : files
  const size = whole ? FILE_BYTES : FILE_BYTES * CHANGED
  for (let count = 0; count < touched; count += 1) {
    await using file = await open(pathOf(place, next % files), 'r+')
    await file.write(randomBytes(size), 0, size, whole ? 0 : Math.floor(Math.random() * (FILE_BYTES - size)))
    next += 1
  }
}

function folderOf(place: string, file: number): string {
  return join(place, String(file % 16))
}

function pathOf(place: string, file: number): string {
  return join(folderOf(place, file), `file${String(file)}`)
}
