import { setTimeout as sleep } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { describe, expect, test, vi } from 'vitest'
import { dumpDatabase, storedDump } from '../../../src/index.ts'
import { random } from '../../crash/dump/random.ts'
import { placeIn, postgresTenant, PSQL } from './postgres-tenant.ts'
import type { PostgresTenant } from './postgres-tenant.ts'

/** More with `SALVAGE_POD_DUMPS=50`, other places with `SALVAGE_SEED=…`. */
const DUMPS = Number(process.env['SALVAGE_POD_DUMPS'] ?? 5)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_121)
const namespace = 'dump-faults'
const place = placeIn(namespace)
const kill = (program: string): string =>
  `for p in /proc/[0-9]*; do case $(tr '\\000' ' ' <$p/cmdline) in '${program}'*) kill -KILL \${p#/proc/} ;; esac; done 2>/dev/null; :`

/** What goes wrong in the pod, or here. */
const FAULTS: readonly (readonly [
  kind: string,
  act: (db: PostgresTenant, stop: AbortController) => Promise<unknown>,
])[] = [
  ['cut stream', async (_, stop) => stop.abort(new Error('cut'))],
  ['killed pg_dump', async (db) => db.inside(kill('pg_dump'))],
  ['killed gzip', async (db) => db.inside(kill('gzip -c'))],
  [
    'session that the server ends',
    async (db) =>
      db.inside(
        `${PSQL} -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'salvage-kit' AND pid <> pg_backend_pid()"`,
      ),
  ],
  [
    'killed pod',
    async (db) =>
      db.on.kubectl(['-n', namespace, 'delete', 'pod', 'db-0', '--grace-period=0', '--force', '--wait=true']),
  ],
]

describe.skipIf(!part('kubernetes').available || !part('postgres-image').available)('dumps in real pods', () => {
  test(`of ${DUMPS} dumps with faults none is accepted, of ${DUMPS} without all are`, async () => {
    await using db = await postgresTenant(namespace)
    const options = { signal: new AbortController().signal }
    const next = random(SEED)
    await db.inside(
      `${PSQL} -c "CREATE TABLE much AS SELECT repeat(md5(i::text), 200) FROM generate_series(1, 30000) i"`,
    )
    const parts = (): Promise<string> => db.inside('ls /var/lib/postgresql/data | grep "[.]part$" || :')
    const accepted = { faulty: 0, clean: 0 }
    const begun = performance.now()
    let last = await dumpDatabase(db.cluster, place, options)
    const wholeMs = performance.now() - begun
    for (let index = 0; index < DUMPS; index += 1) {
      const [, act] = FAULTS[index % FAULTS.length] ?? ['', async () => {}]
      const stop = new AbortController()
      const dumping = dumpDatabase(db.cluster, place, { signal: stop.signal }).then(
        () => 'accepted',
        () => 'refused',
      )
      await vi.waitUntil(async () => (await parts()) !== '', { timeout: 20_000, interval: 20 })
      await sleep(next(Math.ceil(wholeMs / 4)))
      await act(db, stop)
      if ((await dumping) === 'accepted') accepted.faulty += 1
      await db.ready()
      expect(await storedDump(db.cluster, place, options)).toMatchObject(last)
      last = await dumpDatabase(db.cluster, place, options)
      accepted.clean += 1
      expect(await storedDump(db.cluster, place, options)).toMatchObject(last)
      await vi.waitUntil(async () => (await parts()) === '', { timeout: 15_000 })
    }
    console.info(`seed ${SEED}, real pods: ${JSON.stringify(accepted)} of ${DUMPS} each`)
    expect(accepted).toEqual({ faulty: 0, clean: DUMPS })
  }, 1_800_000)
})
