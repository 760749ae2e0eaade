import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { DumpRecipe } from '../../../src/index.ts'
import { dumpDatabase, restoreDump } from '../../../src/index.ts'
import { POD } from '../../exec/cluster-of.ts'
import type { DatabaseContainer } from './container.ts'
import { databaseContainer } from './container.ts'

/** More with `SALVAGE_KILLS=60`. */
const KILLS = Number(process.env['SALVAGE_KILLS'] ?? 3)
const signal = new AbortController().signal
const child = new URL('restore-child.ts', import.meta.url).pathname

const NOTICED = /crash of another server process|was terminated by signal|untracked child/

/** All about one kind of database. */
interface Engine {
  readonly image: string
  readonly options: readonly string[]
  readonly recipe: DumpRecipe
  readonly ready: string
  readonly client: string
  readonly schema: string
  /** Changes every table. */
  readonly change: string
  readonly state: string
  /** What a restore may leave, one to a line. */
  readonly left: string
}

const CHANGE =
  'UPDATE customer SET name = UPPER(name); DELETE FROM sale WHERE id > 100; INSERT INTO customer VALUES (900000, NULL)'
const ENGINES: readonly Engine[] = [
  {
    image: 'salvage-test/postgres',
    options: [],
    recipe: { database: 'postgres', name: 'postgres', file: '/var/lib/postgresql/data/d.gz', fullPercent: 100 },
    ready: 'pg_isready -q -h 127.0.0.1',
    client: 'psql -XAtq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres postgres',
    schema: `CREATE TABLE customer (id int PRIMARY KEY, name text);
CREATE TABLE sale (id serial PRIMARY KEY, customer int REFERENCES customer, note text);
CREATE VIEW busy AS SELECT customer, count(*) FROM sale GROUP BY customer;
INSERT INTO customer SELECT i, 'name ' || i FROM generate_series(1, 20000) i;
INSERT INTO sale (customer, note) SELECT 1 + i % 20000, md5(i::text) FROM generate_series(1, 60000) i;`,
    change: CHANGE,
    state:
      'SELECT count(*), sum(id), md5(string_agg(name, id::text ORDER BY id)) FROM customer; SELECT count(*), sum(customer), sum(id) FROM sale; SELECT count(*) FROM busy',
    left: 'ls -A /var/lib/postgresql/data | grep salvage || :',
  },
  {
    image: 'salvage-test/mariadb',
    options: ['--init', '-e', 'MARIADB_ROOT_PASSWORD=secret', '-e', 'MARIADB_DATABASE=shop'],
    recipe: { database: 'mariadb', file: '/var/lib/mysql/d.gz', fullPercent: 100 },
    ready: "MYSQL_PWD=secret mariadb -h 127.0.0.1 -u root shop -e 'SELECT 1'",
    client: 'MYSQL_PWD=secret mariadb -h 127.0.0.1 -u root -N shop',
    schema: `CREATE TABLE customer (id int PRIMARY KEY, name text) ENGINE=InnoDB;
CREATE TABLE sale (id int AUTO_INCREMENT PRIMARY KEY, customer int, note text, FOREIGN KEY (customer) REFERENCES customer (id)) ENGINE=InnoDB;
CREATE TABLE log (n int);
CREATE TRIGGER told AFTER DELETE ON sale FOR EACH ROW INSERT INTO log VALUES (OLD.id);
CREATE TRIGGER made AFTER INSERT ON customer FOR EACH ROW INSERT INTO log VALUES (NEW.id);
CREATE VIEW busy AS SELECT customer, count(*) AS sales FROM sale GROUP BY customer;
CREATE PROCEDURE nothing() SELECT 1;
INSERT INTO customer SELECT seq, CONCAT('name ', seq) FROM seq_1_to_20000;
INSERT INTO sale (customer, note) SELECT 1 + seq % 20000, MD5(seq) FROM seq_1_to_60000;`,
    change: CHANGE,
    state: `SELECT COUNT(*), SUM(id), SUM(CRC32(name)), SUM(HEX(name) REGEXP '^4E') FROM customer; SELECT COUNT(*), SUM(customer), SUM(id) FROM sale;
SELECT COUNT(*) FROM busy; SELECT COUNT(*), SUM(n) FROM log; SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'shop' ORDER BY 1;
SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'shop';
SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' ORDER BY 1`,
    left: `ls -A /var/lib/mysql | grep salvage || :`,
  },
]

/** Kills the shells of a restore as soon as it may have begun to exchange tables, or a little later. */
const KILL_SHELLS = (seconds: string): string => `left=4000
until set -- /var/lib/mysql/d.gz.salvage-*.after && [ -e "$1" ]; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || exit 0
  sleep 0.005
done
sleep ${seconds}
owner=\${1##*.salvage-}
kill -KILL "-\${owner%%-*}"
:`

/** What cannot move between databases is written down slowly: the part of it is there that long. */
const SLOW_DUMPER = `cat >/usr/local/bin/mariadb-dump <<'END'
#!/bin/sh
case "$*" in *' -- salvage_'*) sleep 3 ;; esac
exec /usr/bin/mariadb-dump "$@"
END
chmod +x /usr/local/bin/mariadb-dump`

describe.skipIf(!part('docker').available || !part('mariadb-image').available)('an exchange of tables', () => {
  const [, engine] = ENGINES
  if (engine === undefined) throw new Error('no engine')
  const place = { where: POD, recipe: engine.recipe }
  const file = engine.recipe.file ?? ''
  let far: DatabaseContainer
  let fresh: string
  const sql = (text: string): Promise<string> => far.inside(`${engine.client} <<'SQL'\n${text}\nSQL`)
  beforeAll(async () => {
    far = await databaseContainer(engine.image, engine.options, engine.ready)
    await sql(engine.schema)
    fresh = await sql(engine.state)
    await dumpDatabase(far.cluster, place, { signal })
    await far.inside(`cp ${file} /tmp/dump`)
  })
  afterAll(async () => far?.[Symbol.asyncDispose]())

  test('that is ended while it writes down what cannot move leaves nothing', async () => {
    await far.inside(SLOW_DUMPER)
    const ending = new AbortController()
    const restoring = restoreDump(far.cluster, place, { signal: ending.signal }).catch((error: unknown) => error)
    await vi.waitUntil(async () => (await far.inside(engine.left)).includes('.part'), { timeout: 60_000, interval: 50 })
    ending.abort(new Error('enough'))
    expect(await restoring).toEqual(new Error('enough'))
    await far.over()
    expect(await far.inside(engine.left)).toBe('')
    await far.inside('rm /usr/local/bin/mariadb-dump')
    expect(await sql(engine.state)).toBe(fresh)
  })

  test(`whose shells are killed at ${KILLS} points is finished by the next dump`, async () => {
    const seen = { old: 0, new: 0, mended: 0 }
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sql(engine.change)
      const old = await sql(engine.state)
      const restoring = restoreDump(far.cluster, place, { signal }).catch(() => undefined)
      await far.inside(KILL_SHELLS(String(kill / KILLS / 4)))
      await restoring
      // What the server was told it may still be doing.
      await vi.waitUntil(async () => Number(await sql('SELECT COUNT(*) FROM information_schema.PROCESSLIST')) === 1)
      if (![old, fresh].includes(await sql(engine.state))) seen.mended += 1
      await dumpDatabase(far.cluster, place, { signal })
      const now = await sql(engine.state)
      expect([old, fresh]).toContain(now)
      seen[now === old ? 'old' : 'new'] += 1
      expect(await far.inside(engine.left)).toBe('')
      await far.inside(`cp /tmp/dump ${file}`)
      await restoreDump(far.cluster, place, { signal })
      expect(await sql(engine.state)).toBe(fresh)
    }
    console.info(`of ${KILLS} exchanges that were killed: ${JSON.stringify(seen)}`)
  }, 600_000)
})

/** PostgreSQL is the first process here, and takes any death that nobody else sees for that of one of its own. */
async function noticedNothing(far: DatabaseContainer): Promise<void> {
  expect(await far.log()).not.toMatch(NOTICED)
  await far.inside("sh -c 'sleep 300 >/dev/null & echo $! >/tmp/orphan'; kill -KILL $(cat /tmp/orphan)")
  await vi.waitUntil(async () => NOTICED.test(await far.log()), { timeout: 20_000 })
}

describe.skipIf(!part('docker').available).each(ENGINES)('$image', (engine) => {
  const { image, options, recipe } = engine
  test.skipIf(!part(image.endsWith('postgres') ? 'postgres-image' : 'mariadb-image').available)(
    `a restore that is killed at ${KILLS} points leaves the old data or the new, and the next one succeeds`,
    async () => {
      await using far = await databaseContainer(image, options, engine.ready)
      const sql = (text: string): Promise<string> => far.inside(`${engine.client} <<'SQL'\n${text}\nSQL`)
      const place = { where: POD, recipe }
      await sql(engine.schema)
      const fresh = await sql(engine.state)
      await dumpDatabase(far.cluster, place, { signal })
      const file = recipe.file ?? ''
      const kept = '/tmp/dump'
      await far.inside(`cp ${file} ${kept}`)
      const begun = performance.now()
      await restoreDump(far.cluster, place, { signal })
      const wholeMs = performance.now() - begun
      expect(await sql(engine.state)).toBe(fresh)
      const seen = { old: 0, new: 0 }
      for (let kill = 0; kill < KILLS; kill += 1) {
        await sql(engine.change)
        const old = await sql(engine.state)
        expect(old).not.toBe(fresh)
        const restoring = spawn(process.execPath, [child, far.server, JSON.stringify(recipe)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        const exited = once(restoring, 'exit')
        await once(restoring.stdout, 'data')
        await sleep(((kill + 0.5) / KILLS) * wholeMs * 1.5)
        restoring.kill('SIGKILL')
        await exited
        await far.over()
        const now = await sql(engine.state)
        expect([old, fresh]).toContain(now)
        seen[now === old ? 'old' : 'new'] += 1
        // What a dead restore left is cleared away by the next one, or by the next dump.
        if (kill % 2 === 1) {
          await dumpDatabase(far.cluster, place, { signal })
          expect(await far.inside(engine.left)).toBe('')
          await far.inside(`cp ${kept} ${file}`)
        }
        await restoreDump(far.cluster, place, { signal })
        expect(await sql(engine.state)).toBe(fresh)
        expect(await far.inside(engine.left)).toBe('')
      }
      if (recipe.database === 'postgres') await noticedNothing(far)
      console.info(
        `${image}: after ${KILLS} kills in ${Math.round(wholeMs)} ms the old data ${seen.old}, the new ${seen.new} times`,
      )
    },
    600_000,
  )
})
