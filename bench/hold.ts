// The hold of a container whose volume is copied, against `docker stop`, the same copy and `docker start` by hand.
// node bench/hold.ts [MEGABYTES] [ROUNDS]
import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePlan, newRunId, probe, run, sqliteCatalog, sqliteJournal, sqliteLocks, survey } from '@salvage-kit/core'
import type { Rig } from '@salvage-kit/core'
import { docker } from '@salvage-kit/docker'
import { archiveStore, local } from '@salvage-kit/local'
import { command, engineAddress, temporaryDirectory } from '@salvage-kit/testbed'
import { compare } from './sides.ts'

const megabytes = Number(process.argv[2] ?? 256)
const rounds = Number(process.argv[3] ?? 5)
const host = engineAddress()
const name = 'salvage-bench-hold'
const cli = async (...args: readonly string[]): Promise<string> =>
  (await command('docker', ['--host', host, ...args])).trim()

using folder = temporaryDirectory()
const rig = rigIn(folder.path)
try {
  await cli('volume', 'create', name)
  const place = await cli('volume', 'inspect', '--format={{.Mountpoint}}', name)
  await fill(place)
  await cli(
    'run',
    '--detach',
    `--name=${name}`,
    `--volume=${name}:/data`,
    '--network=none',
    'salvage-test/busybox',
    'sh',
    '-c',
    `trap 'exit 0' TERM; sleep 86400 & wait`,
  )
  const bare = async (): Promise<number> => {
    const since = performance.now()
    await cli('stop', name)
    await command('sh', [
      '-c',
      'tar --create --format=posix --xattrs --acls --sparse --numeric-owner --sort=name -C "$0" -f - . | zstd -q -f -o "$1" && sync "$1"',
      place,
      join(folder.path, 'bare.tar.zst'),
    ])
    await cli('start', name)
    return performance.now() - since
  }
  await compare(
    `hold with ${String(megabytes)} MB in the volume`,
    { name: 'docker stop, tar | zstd, sync, docker start', run: bare },
    { name: 'salvage-kit, archive crane', run: () => ourHold() },
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

async function ourHold(): Promise<number> {
  const store = archiveStore(join(folder.path, 'archives'))
  const signal = new AbortController().signal
  const found = await survey(rig, { signal })
  const plan = makePlan(
    found,
    await probe(rig, found, { signal, stores: [store] }),
    { targets: [`docker:${name}`], grouping: 'smart', store, maxHoldMs: 600_000, maxConcurrent: 1 },
    { runId: newRunId(new Date(), randomBytes(3).toString('hex')), now: new Date(), machine: 'bench' },
  )
  const report = await run(rig, plan, { init: true })
  const holdMs = report.groups[0]?.holdMs
  if (report.outcome !== 'good' || holdMs === undefined) throw new Error(JSON.stringify(report))
  await rm(store.ref.slice('archive:'.length), { recursive: true })
  return holdMs
}

/** Half of it can be compressed. */
async function fill(place: string): Promise<void> {
  const text = Buffer.from('a line of text that repeats itself and packs well\n'.repeat(20_000))
  for (let n = 0; n < megabytes; n += 1) {
    const directory = join(place, String(n % 16))
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, `file${String(n)}`), n % 2 === 0 ? randomBytes(1_000_000) : text)
  }
}
