import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { salvageKit } from '../../salvage-kit.ts'
import type { Ended } from '../../salvage-kit.ts'
import { openBank } from './bank.ts'
import type { Bank, Database, Writer } from './bank.ts'

const READY = (['kubernetes', 'postgres-image', 'mariadb-image', 'crane-images', 'helm'] as const).every(
  (name) => part(name).available,
)
const SNAPSHOTS = 'csi:csi-hostpath-snapclass'
const TIERS = ['backup-ns.sh/daily', 'backup-ns.sh/weekly', 'backup-ns.sh/monthly']

/** A request, as the API server notes it. */
interface Asked {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly namespace?: string }
}

interface Point {
  readonly id: string
  readonly store: string
  readonly takenAt: string
}

describe.skipIf(!READY)('databases of a tenant who has the rights of the chart, under constant writes', () => {
  const folder = temporaryDirectory()
  let bank: Bank
  let postgres: Database
  let mariadb: Database
  let kit: (...args: readonly string[]) => Promise<Ended>
  let ns: (variables: Readonly<Record<string, string>>, ...args: readonly string[]) => Promise<Ended>
  const writers: Writer[] = []

  beforeAll(async () => {
    bank = await openBank()
    const { namespace } = bank
    postgres = { kind: 'postgres', namespace, claim: 'pg' }
    mariadb = { kind: 'mariadb', namespace, claim: 'my' }
    const config = join(folder.path, 'salvage-kit.yaml')
    writeFileSync(
      config,
      JSON.stringify({
        kubernetes: { namespaces: [namespace], state: { namespace } },
        stores: { offsite: bank.offsite },
        tides: {
          nightly: { targets: [`k8s:${namespace}/pg`, `k8s:${namespace}/my`], snapshots: SNAPSHOTS, to: 'offsite' },
        },
      }),
    )
    const variables = { KUBECONFIG: bank.kubeconfig, SALVAGE_CONFIG: config }
    kit = async (...args) => salvageKit(folder.path, variables)(...args).ended
    ns = async (more, ...args) => salvageKit(folder.path, { ...variables, ...more })('ns', ...args).ended
    for (const database of [postgres, mariadb]) {
      await bank.start(database)
      await bank.sql(database, 'CREATE TABLE account (id bigint PRIMARY KEY)')
      writers.push(bank.write(database))
    }
    await vi.waitUntil(() => writers.every((writer) => writer.confirmed() > 5), { timeout: 60_000 })
  }, 300_000)

  afterAll(async () => {
    await Promise.all(writers.map(async (writer) => writer.stop()))
    await bank?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  }, 120_000)

  /** The rows of a database that has what a copy held: all from the first to the last. */
  const rowsOf = async (database: Database): Promise<number> => {
    const [count, last] = (await bank.sql(database, 'SELECT count(*), max(id) FROM account')).split(/\s|\|/).map(Number)
    expect(count).toBeGreaterThan(0)
    // A row that was refused while the pod was away has a number too.
    expect(count).toBeLessThanOrEqual(last ?? 0)
    return last ?? 0
  }

  const pointOf = async (target: string, store: string): Promise<string> => {
    const listed = await kit('list', target, '--from', store, '--json')
    expect(listed).toMatchObject({ code: 0 })
    const newest = pointsIn(listed).toSorted((one, two) => (one.takenAt < two.takenAt ? 1 : -1))[0]
    return newest?.id ?? 'none'
  }

  let before: readonly number[] = []

  test('are dumped, cut and carried elsewhere by one run', async () => {
    before = writers.map((writer) => writer.confirmed())
    const ran = await kit('run', '--tide', 'nightly', '--init')
    expect(ran, ran.err).toMatchObject({ code: 0 })
    const listed = await kit('list', '--json')
    expect(
      pointsIn(listed)
        .map(({ store }) => store)
        .toSorted(),
    ).toEqual([SNAPSHOTS, SNAPSHOTS, 'job:offsite', 'job:offsite'])
    const sums = await bank.kubernetes.kubectl(['-n', bank.namespace, 'get', 'volumesnapshot', '-o', 'yaml'])
    expect(sums).toMatch(/sha256|sum/)
  })

  test('have every row that was committed before the cut in a new claim', async () => {
    const { namespace } = bank
    for (const [place, database] of [postgres, mariadb].entries()) {
      const { kind, claim } = database
      const id = await pointOf(`k8s:${namespace}/${claim}`, SNAPSHOTS)
      const restored = await kit('restore', id, '--from', SNAPSHOTS, '--to', `k8s:${namespace}/${claim}-new`)
      expect(restored, restored.err).toMatchObject({ code: 0 })
      const source = writers[place]
      await source?.stop()
      await bank.stop(database)
      const copy = { kind, namespace, claim: `${claim}-new` } as const
      await bank.start(copy)
      expect(await rowsOf(copy)).toBeGreaterThanOrEqual(before[place] ?? Number.NaN)
      await bank.stop(copy)
      await bank.start(database)
    }
  }, 300_000)

  test('have them in place too, and are up again', async () => {
    const { namespace } = bank
    for (const [place, database] of [postgres, mariadb].entries()) {
      const all = await rowsOf(database)
      await bank.sql(database, 'DELETE FROM account WHERE id > 3')
      const id = await pointOf(`k8s:${namespace}/${database.claim}`, SNAPSHOTS)
      const restored = await kit('restore', id, '--from', SNAPSHOTS, '--in-place', '--yes')
      expect(restored, restored.err).toMatchObject({ code: 0 })
      await bank.start(database)
      const rows = await rowsOf(database)
      expect(rows).toBeGreaterThanOrEqual(before[place] ?? Number.NaN)
      expect(rows).toBeLessThanOrEqual(all)
    }
  }, 300_000)

  test('have them in another namespace, out of the repository of a crane Job', async () => {
    const { namespace, elsewhere } = bank
    const id = await pointOf(`k8s:${namespace}/pg`, 'offsite')
    const restored = await kit('restore', id, '--from', 'offsite', '--to', `k8s:${elsewhere}/pg`)
    expect(restored, restored.err).toMatchObject({ code: 0 })
    const copy = { kind: 'postgres', namespace: elsewhere, claim: 'pg' } as const
    await bank.start(copy)
    expect(await rowsOf(copy)).toBeGreaterThanOrEqual(before[0] ?? Number.NaN)
  }, 300_000)

  test('are kept by tiers, marked, and swept on the day after', async () => {
    const { namespace, kubernetes } = bank
    const bak = {
      BAK_NAMESPACE: namespace,
      BAK_PVC_NAME: 'pg',
      BAK_DB_POSTGRES: 'true',
      BAK_DB_POSTGRES_EXEC_RESOURCE: 'statefulset/postgres',
      BAK_THRESHOLD_SPACE_USED_PERCENTAGE: '100',
      BAK_DB_POSTGRES_USER: 'postgres',
      BAK_DB_POSTGRES_DB: 'postgres',
      BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
      BAK_LABEL_VS_TYPE: 'cronjob',
      TZ: 'UTC',
    }
    const kubectl = async (...args: readonly string[]): Promise<string> =>
      kubernetes.kubectl(['-n', namespace, ...args])
    const created = await ns(bak, 'create')
    expect(created, created.err).toMatchObject({ code: 0 })
    const first = (
      await kubectl('get', 'volumesnapshot', '-l', 'backup-ns.sh/daily,backup-ns.sh/pvc=pg', '-o', 'name')
    ).trim()
    expect(first).not.toBe('')
    expect(await kubectl('get', first, '-L', TIERS.join(','))).toMatch(/\d{4}-\d\d-\d\d +w\d\d +\d{4}-\d\d/)
    expect(await ns(bak, 'create')).toMatchObject({ code: 0 })
    // One that has lost its last tier is marked, and goes once that day is over; the newest would stay all the same.
    await kubectl('label', first, ...TIERS.map((key) => `${key}-`))
    expect(await ns(bak, 'retain', '--namespace', namespace)).toMatchObject({ code: 0 })
    expect(await kubectl('get', first, '-L', 'backup-ns.sh/delete-after')).toMatch(/ \d{4}-\d\d-\d\d$/m)
    await kubectl('label', '--overwrite', first, 'backup-ns.sh/delete-after=2020-01-01')
    expect(await ns(bak, 'retain', '--namespace', namespace)).toMatchObject({ code: 0 })
    const left = await kubectl('get', 'volumesnapshot', '-l', 'backup-ns.sh/retain', '-o', 'name')
    expect(left.trim().split('\n')).toHaveLength(1)
    expect(left).not.toContain(first)
  }, 300_000)

  test('without one request for anything outside of those namespaces', () => {
    const log = bank.kubernetes.machinery?.auditLog ?? ''
    const all = readFileSync(log, 'utf8').split('\n').slice(0, -1)
    const own = all.map((line): Asked => JSON.parse(line)).filter(({ user }) => user.username === bank.account)
    expect(own.length).toBeGreaterThan(100)
    const namespaces = new Set<string | undefined>([bank.namespace, bank.elsewhere])
    const outside = own.filter(({ objectRef }) => !namespaces.has(objectRef?.namespace))
    const requests = outside.map(({ verb, requestURI }) => `${verb} ${requestURI}`)
    // What may I do? is asked of nobody's namespace.
    expect(requests.filter((request) => !/\/selfsubject(?:access|rules)reviews$/.test(request))).toEqual([])
  })
})

function pointsIn({ out }: Ended): readonly Point[] {
  const { points }: { points: readonly Point[] } = JSON.parse(out)
  return points
}
