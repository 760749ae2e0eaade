// The hold of a running PostgreSQL whose volume is a BTRFS subvolume, with little and with much in it: cut by the
// snapshotter and sent after the database is back, and for comparison copied inside the hold. Beside each the engine's own
// commands, with nothing in between: what is more is the tool's share.
// node bench/hold-btrfs.ts [MEGABYTES,MEGABYTES] [ROUNDS] [ROUNDS OF COPIES]
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { btrfs, btrfsStore, DEFAULT_SETTINGS } from '@salvage-kit/btrfs'
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
import type { Rig, Store, Tide } from '@salvage-kit/core'
import { docker } from '@salvage-kit/docker'
import { archiveStore, local } from '@salvage-kit/local'
import { btrfsFileSystem, command, engineAddress, temporaryDirectory } from '@salvage-kit/testbed'
import { median } from './sides.ts'

const sizes = (process.argv[2] ?? '1000,8000').split(',').map(Number)
const rounds = Number(process.argv[3] ?? 5)
const copyRounds = Number(process.argv[4] ?? 3)
const FILE_MEGABYTES = 64
const MOST_RATIO = 1.2
const MOST_OWN_MS = 500
const WAYS = ['stop', 'pause'] as const
type Way = (typeof WAYS)[number]

const host = engineAddress()
const cli = async (...args: readonly string[]): Promise<string> =>
  (await command('docker', ['--host', host, ...args])).trim()
const nameOf = (megabytes: number): string => `salvage-bench-hold-btrfs-${String(megabytes)}`

const total = sizes.reduce((sum, one) => sum + one, 0)
using folder = temporaryDirectory('salvage-bench-')
await using disk = await btrfsFileSystem({ megabytes: Math.round(total * 2.5) + 4000 })
const snapshotsPath = join(disk.path, 'snapshots')
await mkdir(snapshotsPath)
const rig = rigIn(folder.path)
/** Milliseconds by what was measured. */
const measured = new Map<string, number[]>()
try {
  const sent = btrfsStore(join(disk.path, 'store'))
  for (const megabytes of sizes) await make(megabytes)
  for (const way of WAYS) {
    for (const megabytes of sizes) await begin(megabytes, way)
    // The very first is whole, those after it are differences.
    for (const megabytes of sizes) await holdOf(megabytes, sent)
    for (let round = 0; round < rounds; round += 1)
      for (const megabytes of sizes) {
        note(`bare ${way} ${String(megabytes)}`, await bareOf(megabytes, way))
        note(`cut ${way} ${String(megabytes)}`, await holdOf(megabytes, sent))
      }
    for (let round = 0; round < copyRounds; round += 1)
      for (const megabytes of sizes) {
        const archives = join(folder.path, 'archives')
        note(`copied ${way} ${String(megabytes)}`, await holdOf(megabytes, archiveStore(archives), 'copy'))
        await rm(archives, { recursive: true })
      }
    for (const megabytes of sizes) await cli('rm', '--force', '--volumes', nameOf(megabytes))
  }
  report()
} finally {
  for (const megabytes of sizes) {
    await cli('rm', '--force', '--volumes', nameOf(megabytes)).catch(() => undefined)
    await cli('volume', 'rm', '--force', nameOf(megabytes))
  }
}

function note(what: string, ms: number): void {
  const known = measured.get(what) ?? []
  known.push(ms)
  measured.set(what, known)
}

function of(what: string): number {
  return median(measured.get(what) ?? [])
}

function rigIn(state: string): Rig {
  return {
    backends: [
      docker({ host }),
      btrfs({ settings: { ...DEFAULT_SETTINGS, snapshotsPath } }),
      local({ directories: [], stateDirectory: state }),
    ],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: sqliteCatalog(join(state, 'catalog.sqlite')),
    locks: sqliteLocks(join(state, 'locks')),
    report: () => undefined,
    now: () => new Date(),
  }
}

/** A subvolume that is a volume of the engine. */
async function make(megabytes: number): Promise<void> {
  const name = nameOf(megabytes)
  const place = join(disk.path, name)
  await command('btrfs', ['subvolume', 'create', place])
  await cli('volume', 'create', '--opt=type=none', '--opt=o=bind', `--opt=device=${place}`, name)
}

/** A database in a volume, with so much beside its own files. */
async function begin(megabytes: number, way: Way): Promise<void> {
  const name = nameOf(megabytes)
  await cli(
    'run',
    '--detach',
    '--network=none',
    `--name=${name}`,
    `--label=salvage.action=${way}`,
    `--volume=${name}:/var/lib/postgresql/data`,
    'salvage-test/postgres',
  )
  await answers(name)
  const much = join(disk.path, name, 'much')
  if (existsSync(much)) return
  await mkdir(much)
  await fill(much, megabytes)
  await sql(name, 'create table lines (at timestamptz, text text)')
}

async function fill(place: string, megabytes: number): Promise<void> {
  const first = join(folder.path, 'random')
  await writeFile(first, randomBytes(FILE_MEGABYTES * 1_000_000))
  for (let file = 0; file * FILE_MEGABYTES < megabytes; file += 1) await copyFile(first, join(place, String(file)))
  await command('sync', ['-f', place])
}

async function sql(name: string, text: string): Promise<string> {
  return cli('exec', name, 'psql', '--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--command', text)
}

async function answers(name: string): Promise<void> {
  const until = Date.now() + 60_000
  while (
    !(await sql(name, 'select 1').then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > until) throw new Error(await cli('logs', name))
    await sleep(100)
  }
}

/** A client that writes until the database goes; then a second for it to get going. */
async function write(name: string): Promise<void> {
  await answers(name)
  const insert = 'insert into lines select now(), md5(random()::text) from generate_series(1, 2000)'
  await cli(
    'exec',
    '--detach',
    name,
    'sh',
    '-c',
    `touch /tmp/client; while [ -e /tmp/client ] && psql --quiet --command "${insert}"; do sleep 0.1; done`,
  )
  await sleep(1000)
}

/** What the engine itself takes, asked for by its own command line. */
async function bareOf(megabytes: number, way: Way): Promise<number> {
  const name = nameOf(megabytes)
  await write(name)
  const since = performance.now()
  await cli(way, name)
  await cli(way === 'stop' ? 'start' : 'unpause', name)
  const ms = performance.now() - since
  await endClients(name)
  return ms
}

async function holdOf(megabytes: number, store: Store, hold: 'auto' | 'copy' = 'auto'): Promise<number> {
  const name = nameOf(megabytes)
  await write(name)
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
  const done = await run(rig, makePlan(found, capabilities, tide, identity), { init: true })
  const [group] = done.groups
  if (done.outcome !== 'good' || group?.holdMs === undefined || group.way !== (hold === 'auto' ? 'snapshot' : 'copy'))
    throw new Error(JSON.stringify(done))
  await endClients(name)
  return group.holdMs
}

async function endClients(name: string): Promise<void> {
  await cli('exec', name, 'rm', '-f', '/tmp/client')
}

function inMs(value: number): string {
  return `${value.toFixed(0)} ms`
}

function report(): void {
  const [little = 0, much = 0] = sizes
  const aims: string[] = []
  const aim = (what: string, value: number, most: number): void =>
    void aims.push(`  ${value <= most ? 'reached' : 'MISSED '}  ${what}: ${value.toFixed(2)}, at most ${String(most)}`)
  console.log(`PostgreSQL in a BTRFS subvolume, medians of ${String(rounds)} rounds (copies: ${String(copyRounds)})`)
  for (const way of WAYS) {
    for (const size of sizes) {
      const [bare, cut] = [of(`bare ${way} ${String(size)}`), of(`cut ${way} ${String(size)}`)]
      console.log(
        `  ${way}, ${String(size)} MB: hold ${inMs(cut)} (${(measured.get(`cut ${way} ${String(size)}`) ?? []).join(', ')}), docker ${way} and back ${inMs(bare)}`,
      )
      aim(`own share in seconds, ${way}, ${String(size)} MB`, (cut - bare) / 1000, MOST_OWN_MS / 1000)
    }
    const ratio = of(`cut ${way} ${String(much)}`) / of(`cut ${way} ${String(little)}`)
    aim(`${String(much)} MB against ${String(little)} MB, ${way}`, ratio, MOST_RATIO)
  }
  for (const way of copyRounds > 0 ? WAYS : [])
    for (const size of sizes) {
      const copied = of(`copied ${way} ${String(size)}`)
      const won = copied / of(`cut ${way} ${String(size)}`)
      console.log(
        `  ${way}, copied inside the hold, ${String(size)} MB: ${inMs(copied)}, ${won.toFixed(1)} times the cut`,
      )
    }
  console.log(aims.join('\n'))
}
