import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DumpPlace } from '../../../src/index.ts'
import { checkDump, dumpDatabase, restoreDump } from '../../../src/index.ts'
import { POD } from '../../exec/cluster-of.ts'
import type { DatabaseContainer } from './container.ts'
import { databaseContainer } from './container.ts'

const FILE = '/var/lib/mysql/dump.sql.gz'
const place: DumpPlace = {
  where: POD,
  recipe: { database: 'mariadb', characterSet: 'utf8', fullPercent: 100 },
}
const CLIENT = 'MYSQL_PWD=$MARIADB_ROOT_PASSWORD mariadb -h 127.0.0.1 -u root --default-character-set=utf8mb4 -N'
const SCHEMA = `
CREATE TABLE customer (id int PRIMARY KEY, name text CHARACTER SET utf8mb4, picture blob) ENGINE=InnoDB;
CREATE TABLE sale (id int AUTO_INCREMENT PRIMARY KEY, customer int, FOREIGN KEY (customer) REFERENCES customer (id)) ENGINE=InnoDB;
CREATE TABLE log (n int);
CREATE TRIGGER told AFTER INSERT ON sale FOR EACH ROW INSERT INTO log VALUES (NEW.id);
CREATE VIEW busy AS SELECT customer, count(*) AS sales FROM sale GROUP BY customer;
CREATE PROCEDURE nothing() SELECT 1;
CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR DO DELETE FROM log;
INSERT INTO customer SELECT seq, '😀 é', UNHEX('00FF27220A5C') FROM seq_1_to_500;
INSERT INTO sale (customer) SELECT 1 + seq % 500 FROM seq_1_to_3000;`
const STATE = `
SELECT count(*), sum(id), hex(max(name)), hex(max(picture)) FROM customer; SELECT count(*), sum(customer) FROM sale;
SELECT count(*) FROM log; SELECT count(*) FROM busy;
SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = 'shop';
SELECT count(*) FROM information_schema.routines WHERE routine_schema = 'shop';
SELECT count(*) FROM information_schema.events WHERE event_schema = 'shop';`

describe.skipIf(!part('docker').available || !part('mariadb-image').available)('MariaDB', () => {
  let far: DatabaseContainer
  const signal = new AbortController().signal
  const sql = (text: string): Promise<string> => far.inside(`${CLIENT} shop <<'SQL'\n${text}\nSQL`)
  beforeAll(async () => {
    const environment = ['--init', '-e', 'MARIADB_ROOT_PASSWORD=a b$(id)"`x', '-e', 'MARIADB_DATABASE=shop']
    far = await databaseContainer('salvage-test/mariadb', environment, `${CLIENT} shop -e 'SELECT 1'`)
    await sql(SCHEMA)
  }, 90_000)
  afterAll(async () => far[Symbol.asyncDispose]())

  test('rows of four bytes, blobs, triggers, views, routines and events come back', async () => {
    expect((await checkDump(far.cluster, place, { signal })).version).toContain('mariadb')
    const before = await sql(STATE)
    expect(before).toContain('F09F9880')
    const { sum } = await dumpDatabase(far.cluster, place, { signal })
    await sql(
      'DELETE FROM sale WHERE id > 10; DROP TRIGGER told; DROP VIEW busy; DROP PROCEDURE nothing; DROP EVENT yearly',
    )
    await sql("UPDATE customer SET name = '?', picture = NULL")
    await restoreDump(far.cluster, place, { signal, sum })
    expect(await sql(STATE)).toBe(before)
    await sql('DELETE FROM sale; DROP TRIGGER told; DROP VIEW busy')
    await restoreDump(far.cluster, { ...place, where: { ...POD, shell: 'bash' } }, { signal, sum })
    expect(await sql(STATE)).toBe(before)
    expect(await far.inside(`${CLIENT} -e "SHOW DATABASES LIKE 'salvage%'"; ls /var/lib/mysql`)).toBe(
      'data\ndump.sql.gz',
    )
  }, 60_000)

  test('what a user of the database writes beside the dump is never run, and no name of a file is', async () => {
    const planted = `${FILE}.salvage-1-abc`
    const named = `${FILE}.salvage-1-x; DROP TABLE shop.log; .restore`
    await sql(`SELECT 'DROP TABLE log;' INTO OUTFILE '${planted}.after'; SELECT '' INTO OUTFILE '${named}'`)
    await sql(`SELECT '' INTO OUTFILE '${planted}.restore'`)
    try {
      await expect(dumpDatabase(far.cluster, place, { signal })).rejects.toMatchObject({ code: 'DUMP.HALF_RESTORED' })
      await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({ code: 'DUMP.HALF_RESTORED' })
      await far.inside(`rm ${planted}.restore`)
      await dumpDatabase(far.cluster, place, { signal })
      expect(await sql('SELECT count(*) FROM log')).not.toBe('')
    } finally {
      await far.inside(`rm -f ${planted}.* '${named}'`)
    }
  }, 60_000)

  test.each([
    ['an error in its middle', `sed 's/^INSERT INTO .sale. VALUES/INSERT INTO nobody VALUES/'`, 'DUMP.RESTORE_FAILED'],
    ['no end', 'head -c 5000', 'DUMP.NOT_WHOLE'],
    ['another database in it', `sed '1a USE \`mysql\`;'`, 'DUMP.NAMES_DATABASE'],
  ])(
    'a dump with %s leaves the data as they were',
    async (_, change, code) => {
      await dumpDatabase(far.cluster, place, { signal })
      await sql("INSERT INTO customer SELECT max(id) + 1, 'new', NULL FROM customer")
      const before = await sql(STATE)
      await far.inside(
        `gzip -dc ${FILE} >/tmp/all && { ${change.startsWith('head') ? `head -c 5000 /tmp/all` : `${change} /tmp/all`}; } | gzip >${FILE}`,
      )
      await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({ code })
      expect(await sql(STATE)).toBe(before)
      expect(await far.inside(`${CLIENT} -e "SHOW DATABASES LIKE 'salvage%'"; ls /var/lib/mysql`)).toBe(
        'data\ndump.sql.gz',
      )
    },
    60_000,
  )

  test('what refers to the data and is not in the dump stops the restore, and so does a lock that stays', async () => {
    await dumpDatabase(far.cluster, place, { signal })
    await sql('CREATE TABLE later (customer int, FOREIGN KEY (customer) REFERENCES customer (id)) ENGINE=InnoDB')
    await sql("INSERT INTO customer VALUES (7777, 'new', NULL)")
    const before = await sql(STATE)
    await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({
      code: 'DUMP.RESTORE_FAILED',
      why: expect.stringContaining('later is not in the dump, and refers to customer'),
    })
    expect(await sql(STATE)).toBe(before)
    await sql('DROP TABLE later')
    const reader = sql('BEGIN; SELECT count(*) FROM sale; SELECT SLEEP(40)')
    reader.catch(() => {})
    await vi.waitUntil(async () => (await sql('SHOW PROCESSLIST')).includes('SLEEP(40)'), { timeout: 10_000 })
    await expect(restoreDump(far.cluster, place, { signal })).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
    await sql(
      "SELECT CONCAT('KILL ', ID) INTO @k FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(40)%' AND ID <> CONNECTION_ID(); EXECUTE IMMEDIATE @k",
    )
    expect(await sql(STATE)).toBe(before)
    await restoreDump(far.cluster, place, { signal })
    expect(await sql(STATE)).not.toBe(before)
    expect(await far.inside(`${CLIENT} -e "SHOW DATABASES LIKE 'salvage%'"; ls /var/lib/mysql`)).toBe(
      'data\ndump.sql.gz',
    )
  }, 120_000)

  test('writers of rows go on while the dump is made', async () => {
    const lock = far.inside(
      `${CLIENT} shop -e "BEGIN; INSERT INTO customer VALUES (9999, 'open', NULL); SELECT SLEEP(3); COMMIT"`,
    )
    await dumpDatabase(far.cluster, place, { signal })
    await lock
    expect(await far.inside(`gzip -dc ${FILE} | grep -c "9999,'open'" || :`)).toBe('0')
  }, 60_000)
})
