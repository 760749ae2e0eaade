import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  makePlan,
  newRunId,
  probe,
  reference,
  run,
  sqliteCatalog,
  sqliteJournal,
  sqliteLocks,
  survey,
} from '@salvage-kit/core'
import type { Json, Rig, Store, Tide } from '@salvage-kit/core'
import { quiescerContract } from '@salvage-kit/core/testing'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Cluster, Dump } from '../../../src/index.ts'
import { dumpQuiescer, kubernetes, restoreDump, storedDump } from '../../../src/index.ts'
import type { PostgresTenant } from './postgres-tenant.ts'
import { placeIn, postgresTenant, PSQL } from './postgres-tenant.ts'

const namespace = 'dump-inside'
const workload = `k8s:${namespace}/statefulset/db`
const place = placeIn(namespace)
const options = { signal: new AbortController().signal }
/** What is there before a dump, what makes it stand still, and what ends both. */
const KILLS = [
  [
    'while pg_dump waits',
    ':',
    `${PSQL} -c 'BEGIN; LOCK goods; SELECT pg_sleep(60) /* lock */'`,
    `${PSQL} -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%/* lock */' AND pid <> pg_backend_pid()"`,
  ],
  [
    'while rows come',
    `${PSQL} -c "CREATE TABLE much AS SELECT repeat(md5(i::text), 200) FROM generate_series(1, 40000) i"`,
    ':',
    `${PSQL} -c 'DROP TABLE much'`,
  ],
] as const
const took: number[] = []
const child = new URL('../../crash/quiesce/quiesce-child.ts', import.meta.url).pathname

describe.skipIf(!part('kubernetes').available || !part('postgres-image').available)('PostgreSQL of a tenant', () => {
  let db: PostgresTenant
  let cluster: Cluster
  const inside = (script: string): Promise<string> => db.inside(script)
  beforeAll(async () => {
    db = await postgresTenant(namespace)
    cluster = db.cluster
    await inside(`${PSQL} -c 'CREATE TABLE goods AS SELECT i FROM generate_series(1, 1000) i'`)
  }, 240_000)
  afterAll(async () => {
    if (took.length > 0) console.info(`ended after ${took.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}`)
    await db?.[Symbol.asyncDispose]()
  })

  quiescerContract(
    'k8s.dump',
    async () => ({
      quiescer: dumpQuiescer(cluster),
      again: () => dumpQuiescer(cluster),
      workload,
      settings: { database: 'postgres', options: { 'full-percent': '100' } },
      // All but the dump itself, which is to be there.
      state: () =>
        inside(
          `cd /var/lib/postgresql/data && ls -A | grep -v '^dump.sql.gz$'; psql -XAtc 'TABLE goods' postgres | cksum`,
        ),
      [Symbol.asyncDispose]: async () => {},
    }),
    ['rest', 'wake', 'wakeBriefly'],
  )

  test('is dumped as its annotations say, and its dump restores what was lost', async () => {
    const told: Dump[] = []
    const seen = await kubernetes(cluster, { namespaces: [namespace] }).discovery?.survey(options)
    const [choice] = seen?.workloads.find(({ id }) => id === workload)?.quiesce ?? []
    expect(choice?.quiescer).toBe('k8s.dump')
    const quiescer = dumpQuiescer(cluster, { onDump: (_, dump) => told.push(dump) })
    const token = await quiescer.prepare(workload, choice?.settings ?? {}, options)
    const notes: Json[] = []
    await quiescer.quiesce(token, { ...options, note: (note) => notes.push(note) })
    expect(await quiescer.resume(token, { ...options, quiesced: 'yes' })).toEqual([])
    expect(told).toMatchObject([{ sum: (await storedDump(cluster, place, options)).sum }])
    expect(notes).toEqual([{ dump: 'postgres', ...told[0] }])
    await inside(`psql -Xq -c 'DELETE FROM goods' -h 127.0.0.1 postgres`)
    await restoreDump(cluster, place, options)
    expect(await inside(`psql -XAt -c 'SELECT count(*) FROM goods' -h 127.0.0.1 postgres`)).toBe('1000')
  })

  test('the snapshot that a run keeps says which dump it holds', async () => {
    using folder = temporaryDirectory()
    const rig: Rig = {
      backends: [kubernetes(cluster, { namespaces: [namespace] })],
      journal: sqliteJournal(join(folder.path, 'journal.db')),
      catalog: sqliteCatalog(join(folder.path, 'catalog.db')),
      locks: sqliteLocks(folder.path),
      report: () => {},
      now: () => new Date(),
    }
    const snapshots: Store = { ref: 'csi:default', crane: 'csi', settings: {} }
    const target = reference(`k8s:${namespace}/data-db-0`)
    const tide: Tide = { targets: [target], snapshots, grouping: 'smart', maxHoldMs: 120_000, maxConcurrent: 1 }
    const found = await survey(rig, options)
    const can = await probe(rig, found, { ...options, stores: [], snapshots })
    const runId = newRunId(new Date(), 'c0ffee')
    const report = await run(rig, makePlan(found, can, tide, { runId, now: new Date(), machine: 'test' }))
    expect(report.groups.flatMap(({ targets }) => targets)).toMatchObject([{ target, outcome: 'good' }])
    const { bytes, sum } = await storedDump(cluster, place, options)
    const path = String.raw`jsonpath={.items[*].metadata.annotations.salvage-kit\.io/rest}`
    const told = await db.on.kubectl(['-n', namespace, 'get', 'volumesnapshots', '-o', path])
    expect(JSON.parse(told)).toEqual([{ workload, quiescer: 'k8s.dump', note: { dump: 'postgres', bytes, sum } }])
  })

  // As the first process of its container, PostgreSQL takes the death of anybody who lost his parent for that of one of its own.
  test.each(KILLS)(
    'ends within 10 seconds when this program is killed, and leaves no part and PostgreSQL as it was: %s',
    async (_, prepare, stall, release) => {
      expect(await inside("tr '\\0' ' ' </proc/1/cmdline")).toContain('postgres')
      await inside(prepare)
      const before = await storedDump(cluster, place, options)
      const started = await inside(`${PSQL} -c 'SELECT pg_postmaster_start_time()'`)
      const session = inside(`${PSQL} -c "SELECT pg_sleep(3600) /* other */"`).catch(String)
      const stalled = inside(stall).catch(String)
      const parts = (): Promise<string> => inside('ls /var/lib/postgresql/data | grep -c "[.]part$" || :')
      const killed = spawn(process.execPath, [child, db.kubeconfig, workload], { stdio: ['ignore', 'pipe', 'inherit'] })
      killed.stdout.resume()
      await vi.waitUntil(async () => (await parts()) === '1', { timeout: 15_000, interval: 200 })
      killed.kill('SIGKILL')
      await once(killed, 'exit')
      const gone = performance.now()
      const running = (): Promise<string> =>
        inside(String.raw`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -e '^pg_dump' -e '^gzip' || :`)
      await vi.waitUntil(async () => (await parts()) === '0' && (await running()) === '', {
        timeout: 10_000,
        interval: 200,
      })
      took.push(performance.now() - gone)
      expect(await storedDump(cluster, place, options)).toEqual(before)
      expect(await inside(`${PSQL} -c 'SELECT pg_postmaster_start_time()'`)).toBe(started)
      const other = "FROM pg_stat_activity WHERE query LIKE '%/* other */' AND pid <> pg_backend_pid()"
      expect(await inside(`${PSQL} -c "SELECT count(*) ${other}"`)).toBe('1')
      await inside(`${PSQL} -c "SELECT pg_terminate_backend(pid) ${other}"`)
      expect(await session).toContain('due to administrator command')
      await inside(release)
      await stalled
      const log = await db.on.kubectl(['-n', namespace, 'logs', 'db-0'])
      expect(log).not.toMatch(/crash of another server process|was terminated by signal|untracked child/)
    },
    90_000,
  )

  test('a password in an annotation is refused before anything is done, and is not repeated', async () => {
    const settings = { database: 'postgres', options: { password: 'tell-tale' } }
    const error: unknown = await dumpQuiescer(cluster)
      .prepare(workload, settings, options)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'K8S.SETTINGS' })
    expect(JSON.stringify(error) + String(error)).not.toContain('tell-tale')
  })
})
