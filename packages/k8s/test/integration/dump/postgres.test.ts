import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DumpPlace } from '../../../src/index.ts'
import { dumpDatabase, restoreDump, storedDump } from '../../../src/index.ts'
import { POD } from '../../exec/cluster-of.ts'
import type { DatabaseContainer } from './container.ts'
import { databaseContainer } from './container.ts'

const FILE = "/var/lib/postgresql/data/the dump's.gz"
const place: DumpPlace = {
  where: POD,
  recipe: { database: 'postgres', file: FILE, user: 'postgres', name: '--version $(id)', fullPercent: 100 },
}
const SCHEMA = `
CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE sale (id serial PRIMARY KEY, customer int REFERENCES customer, note text);
CREATE VIEW busy AS SELECT customer, count(*) FROM sale GROUP BY customer;
INSERT INTO customer SELECT i, 'é 😀 ' || i FROM generate_series(1, 2000) i;
INSERT INTO sale (customer, note) SELECT 1 + i % 2000, repeat('x', 40) || E'\\n-- PostgreSQL database dump complete' FROM generate_series(1, 20000) i;`
const COUNT = 'SELECT count(*), sum(customer), md5(string_agg(note, id::text ORDER BY id)) FROM sale'

describe.skipIf(!part('docker').available || !part('postgres-image').available)('PostgreSQL', () => {
  let far: DatabaseContainer
  const signal = new AbortController().signal
  const sql = (text: string): Promise<string> =>
    far.inside(
      `PGDATABASE='--version $(id)' psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres <<'SQL'\n${text}\nSQL`,
    )
  const ends = async (text: string): Promise<void> => {
    for (let left = 100; (await sql(text)) === ''; left -= 1) if (left === 0) throw new Error(`never: ${text}`)
  }
  const bytes = (): Promise<string> => far.inside(`sha256sum <"${FILE}"`)
  const put = (make: string): Promise<string> => far.inside(`cd /tmp && { ${make}; } >cut && cat cut >"${FILE}"`)
  beforeAll(async () => {
    far = await databaseContainer('salvage-test/postgres', ['--tmpfs', '/small:size=64k'], 'pg_isready -q -h 127.0.0.1')
    await far.inside(`psql -Xq -h 127.0.0.1 -U postgres -d postgres <<'SQL'\nCREATE DATABASE "--version $(id)"\nSQL`)
    await sql(SCHEMA)
  }, 90_000)
  afterAll(async () => far[Symbol.asyncDispose]())

  test('every row, view and key comes back', async () => {
    const before = await sql(COUNT)
    const dump = await dumpDatabase(far.cluster, place, { signal })
    expect(await storedDump(far.cluster, place, { signal })).toMatchObject(dump)
    await sql('DELETE FROM sale WHERE id % 3 = 0; UPDATE customer SET name = NULL; DROP VIEW busy')
    expect(await sql(COUNT)).not.toBe(before)
    await restoreDump(far.cluster, place, { signal, sum: dump.sum })
    expect(await sql(COUNT)).toBe(before)
    expect(await sql('SELECT name FROM customer WHERE id = 7; SELECT count(*) FROM busy')).toBe('é 😀 7\n2000')
  }, 60_000)

  test.each([
    [
      'an error in its middle',
      `gzip -dc "${FILE}" | sed '/^COPY public.sale/s/note/nothing/' | gzip`,
      'DUMP.RESTORE_FAILED',
    ],
    ['a cut archive', `head -c 30000 "${FILE}"`, 'DUMP.NOT_WHOLE'],
    ['cut SQL in a good archive', `gzip -dc "${FILE}" | head -c 300000 | gzip`, 'DUMP.NOT_WHOLE'],
    ['a row that looks like the end as its last', `gzip -dc "${FILE}" | head -n 2500 | gzip`, 'DUMP.NOT_WHOLE'],
    [
      'another database in it',
      `{ printf '\\\\connect postgres\\n'; gzip -dc "${FILE}"; } | gzip`,
      'DUMP.NAMES_DATABASE',
    ],
  ])(
    'a dump with %s leaves the data as they were',
    async (_, make, code) => {
      await dumpDatabase(far.cluster, place, { signal })
      await sql("INSERT INTO customer SELECT max(id) + 1, 'new' FROM customer")
      const before = await sql(`${COUNT}; SELECT count(*) FROM customer`)
      await put(make)
      await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({ code })
      expect(await sql(`${COUNT}; SELECT count(*) FROM customer`)).toBe(before)
    },
    60_000,
  )

  test('what depends on the data and is not in the dump stops the restore', async () => {
    const { sum } = await dumpDatabase(far.cluster, place, { signal })
    await sql('CREATE TABLE later (customer int REFERENCES customer)')
    await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
    await sql('DROP TABLE later')
    const other = sum.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    await expect(restoreDump(far.cluster, place, { signal, sum: other })).rejects.toMatchObject({
      code: 'DUMP.OTHER_DUMP',
    })
  }, 60_000)

  test('a dump whose connection the server ends is refused, and the last one stays', async () => {
    await dumpDatabase(far.cluster, place, { signal })
    const last = await bytes()
    await sql('BEGIN; CREATE TABLE gate (); INSERT INTO gate DEFAULT VALUES; COMMIT')
    const lock = far
      .inside(
        `PGDATABASE='--version $(id)' psql -Xq -h 127.0.0.1 -U postgres -c 'BEGIN; LOCK gate; SELECT pg_sleep(50)'`,
      )
      .catch(() => {})
    await ends("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    const dumping = dumpDatabase(far.cluster, place, { signal })
    const refused = expect(dumping).rejects.toMatchObject({ code: 'DUMP.FAILED' })
    await ends(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'salvage-kit' AND wait_event_type = 'Lock'`)
    await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    await refused
    await lock
    expect(await bytes()).toBe(last)
    expect(await far.inside('ls /var/lib/postgresql/data | grep -c part || :')).toBe('0')
  }, 60_000)

  test('a disk that is full in the middle leaves no part', async () => {
    const small = { ...place, recipe: { ...place.recipe, file: '/small/dump.gz' } }
    await expect(dumpDatabase(far.cluster, small, { signal })).rejects.toMatchObject({ code: 'DUMP.FAILED' })
    expect(await far.inside('ls -A /small')).toBe('')
  }, 60_000)
})
