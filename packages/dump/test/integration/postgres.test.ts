import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { serverOfArchive } from '../../src/engine/postgres/skew.ts'
import { engineNamed, proveDump, restore } from '../../src/index.ts'
import { SCHEMA, WRITES } from './postgres-data.ts'
import { containerPort, cutAfter } from '../spawn-port.ts'
import { ALL_ARGV, collect, cuts, partOf } from './collected.ts'
import type { CollectedPart } from './collected.ts'
import { databaseContainer } from './container.ts'
import type { DatabaseContainer } from './container.ts'

/** All of them with `SALVAGE_TRUNCATIONS=500`, others with `SALVAGE_SEED=…`. */
const TRUNCATIONS = Number(process.env['SALVAGE_TRUNCATIONS'] ?? 30)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_122)
const PASSWORD = `p'a"$(id) :#\\ \n\`x\` 😀`
const ODD = `a=b "c' $(id) 😀/x`
const WAITING = "FROM pg_stat_activity WHERE application_name = 'salvage-kit' AND wait_event_type = 'Lock'"
const READY = 'pg_isready -q -h 127.0.0.1 && psql -XAtqc "SELECT 1" postgres'

function sql(at: DatabaseContainer, database: string, text: string): Promise<string> {
  const word = `PGDATABASE=$(cat <<'DB'\n${database}\nDB\n)`
  return at.inside(`${word} psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'\n${text}\nSQL`)
}

async function sums(at: DatabaseContainer, database: string, below = 2 ** 31 - 1): Promise<Record<string, string>> {
  const tables = await sql(
    at,
    database,
    `SELECT format('%I', relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
  const found: Record<string, string> = {}
  for (const table of tables.split('\n')) {
    const limit = ['first', 'zlast'].includes(table) ? `WHERE n <= ${below}` : ''
    const of = `(SELECT md5(t::text) AS m FROM ${table} t ${limit}) x`
    found[table] = await sql(at, database, `SELECT count(*), md5(string_agg(m, '' ORDER BY m)) FROM ${of}`)
  }
  return found
}

/** Whole when it is proven, and when its database is made; then no more. */
function twice(bytes: Buffer): () => Readable {
  let opened = 0
  return () => partOf('', bytes.subarray(0, ++opened > 2 ? bytes.length - 200 : undefined)).open()
}

describe.skipIf(!part('docker').available || !part('postgres-image').available)('PostgreSQL', () => {
  let from: DatabaseContainer
  let into: DatabaseContainer
  const engine = engineNamed('postgres')
  if (engine === undefined) throw new Error('no engine')
  const recipe: Recipe = { engine, settings: {} }
  const only: Recipe = { engine, settings: { database: 'small' } }
  const options = { signal: new AbortController().signal, where: 'a container' }
  /** A table of the dump is locked until this is disposed of. */
  const hold = async (): Promise<AsyncDisposable & { waits(): Promise<void> }> => {
    const words = ['exec', from.name, 'psql', '-Xqc', 'BEGIN; LOCK zlast; SELECT pg_sleep(50)', 'shop']
    const gate = spawn('docker', words, { stdio: 'ignore' })
    const sleeping = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    await expect.poll(() => sql(from, 'postgres', `SELECT count(*) ${sleeping}`)).toBe('1')
    return {
      waits: async () => expect.poll(() => sql(from, 'postgres', `SELECT count(*) ${WAITING}`)).toBe('1'),
      async [Symbol.asyncDispose]() {
        await sql(from, 'postgres', `SELECT pg_terminate_backend(pid) ${sleeping}`)
        gate.kill()
      },
    }
  }

  beforeAll(async () => {
    const secured = { environment: { POSTGRES_PASSWORD: PASSWORD } }
    from = await databaseContainer('salvage-test/postgres', READY, secured)
    into = await databaseContainer('salvage-test/postgres', READY)
    for (const at of [from, into]) await at.inside('mkdir -m 700 /tmp/space && chown postgres /tmp/space')
    await from.inside(`psql -Xq postgres -v p="$POSTGRES_PASSWORD" <<'SQL'
ALTER ROLE postgres PASSWORD :'p';
CREATE ROLE "o'k 😀" LOGIN PASSWORD :'p';
CREATE ROLE reader;
CREATE ROLE "$salvage$";
CREATE TABLESPACE "$(id) 's" OWNER reader LOCATION '/tmp/space';
COMMENT ON TABLESPACE "$(id) 's" IS 'of a disk';
GRANT reader TO "o'k 😀";
SQL`)
    await sql(from, 'postgres', `CREATE DATABASE "${ODD.replaceAll('"', '""')}" OWNER "o'k 😀"`)
    await sql(from, 'postgres', 'CREATE DATABASE shop ENCODING UTF8 TEMPLATE template0')
    await sql(from, 'postgres', 'CREATE DATABASE small')
    await sql(
      from,
      'postgres',
      `ALTER DATABASE shop SET work_mem = '7MB'; ALTER ROLE reader IN DATABASE shop SET search_path = a, b;
REVOKE CONNECT ON DATABASE shop FROM PUBLIC; GRANT CONNECT ON DATABASE shop TO reader;
COMMENT ON DATABASE shop IS E'it''s $x$\n😀'`,
    )
    await sql(from, 'shop', SCHEMA)
    await sql(from, 'small', `${SCHEMA}; DELETE FROM "tägl. 😀 it's" WHERE id > 300`)
    await sql(from, ODD, `CREATE TABLE t (a text); INSERT INTO t VALUES ('😀')`)
    await from.inside(`sed -i '/^host/s/trust$/scram-sha-256/' /var/lib/postgresql/data/pg_hba.conf
psql -Xqc 'SELECT pg_reload_conf()' postgres`)
  }, 120_000)
  afterAll(async () => {
    await from[Symbol.asyncDispose]()
    await into[Symbol.asyncDispose]()
  })

  test('a refused login is that, and no dump', async () => {
    const wrong = { engine, settings: { password: 'wrong' } }
    await expect(collect(containerPort(from.name), wrong, options)).rejects.toMatchObject({
      code: 'DUMP.REFUSED',
      why: expect.stringContaining('password authentication failed'),
    })
  })

  test('under constant writes: every table of every database comes back into an empty server, and every role', async () => {
    const writer = spawn('docker', ['exec', from.name, 'psql', '-Xqc', WRITES, 'shop'], { stdio: 'ignore' })
    let files: CollectedPart[] = []
    try {
      await expect.poll(() => sql(from, 'shop', 'SELECT count(*) > 200 FROM first')).toBe('t')
      const before = Number(await sql(from, 'shop', 'SELECT count(*) FROM first'))
      files = await collect(containerPort(from.name), recipe, options)
      expect(Number(await sql(from, 'shop', 'SELECT count(*) FROM first'))).toBeGreaterThan(before)
    } finally {
      await sql(from, 'postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO %'`)
      writer.kill()
    }
    const names = ['globals.sql', 'a=b "c\' $(id) 😀%2Fx.dump', 'postgres.dump', 'shop.dump', 'small.dump']
    expect(files.map(({ name }) => name)).toEqual(names)
    expect(serverOfArchive(files.at(-1)?.bytes ?? Buffer.alloc(0))).toMatch(/^15\.\d+ /)
    await restore(containerPort(into.name), recipe, files, options)
    const written = Number(await sql(into, 'shop', 'SELECT max(n) FROM first'))
    expect(written).toBeGreaterThan(200)
    const restored = await sums(into, 'shop')
    expect(restored['first']).toBe(restored['zlast'])
    expect(await sql(into, 'shop', 'SELECT sum(amount) FROM account')).toBe('200000')
    const { account: _, ...still } = await sums(from, 'shop', written)
    expect(restored).toMatchObject(still)
    for (const database of [ODD, 'small']) expect(await sums(into, database)).toEqual(await sums(from, database))
    expect(
      await sql(
        into,
        'shop',
        "SELECT nextval('numbers'), (SELECT encode(lo_get(oid), 'hex') FROM pg_largeobject_metadata)",
      ),
    ).toBe('7|00ff00')
    const roles = `SELECT rolname, rolpassword FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY 1; SELECT datname, pg_get_userbyid(datdba) FROM pg_database ORDER BY 1`
    expect(await sql(into, 'postgres', roles)).toBe(await sql(from, 'postgres', roles))
    const own = `SELECT spcname, pg_get_userbyid(spcowner), shobj_description(oid, 'pg_tablespace') FROM pg_tablespace ORDER BY 1;
SELECT coalesce(r.rolname, ''), d.datname, s.setconfig FROM pg_db_role_setting s
  LEFT JOIN pg_roles r ON r.oid = setrole LEFT JOIN pg_database d ON d.oid = setdatabase ORDER BY 1, 2;
SELECT datname, (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(datacl) a), shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'shop'`
    const told = await sql(from, 'postgres', own)
    for (const word of ['$(id)', 'work_mem=7MB', 'search_path', 'reader=c/', '$x$']) expect(told).toContain(word)
    expect(await sql(into, 'postgres', own)).toBe(told)
    await restore(containerPort(into.name), recipe, files.slice(0, 1), options)
    expect(await sql(into, 'postgres', own)).toBe(told)
  }, 180_000)

  test('a restore that fails, wherever, leaves what was there', async () => {
    const [file] = await collect(containerPort(from.name), only, options)
    if (file === undefined) throw new Error('no dump')
    await sql(into, 'postgres', 'DROP DATABASE IF EXISTS small')
    const breaks = { name: file.name, open: twice(file.bytes) }
    await expect(restore(containerPort(into.name), only, [breaks], options)).rejects.toMatchObject({
      code: 'DUMP.RESTORE_FAILED',
    })
    expect(await sql(into, 'postgres', "SELECT count(*) FROM pg_database WHERE datname = 'small'")).toBe('0')
    await restore(containerPort(into.name), only, [file], options)
    await sql(into, 'small', "UPDATE account SET owner = 'new'; DROP VIEW rich")
    const before = await sums(into, 'small')
    let opened = 0
    const shrinks = {
      name: file.name,
      open: () => partOf('', file.bytes.subarray(0, ++opened > 1 ? file.bytes.length - 200 : undefined)).open(),
    }
    const failing = [
      [partOf(file.name, file.bytes.subarray(0, -1)), 'DUMP.NOT_WHOLE'],
      [shrinks, 'DUMP.RESTORE_FAILED'],
      [partOf('x.tar', file.bytes), 'DUMP.NO_DUMP'],
    ] as const
    for (const [stored, code] of failing)
      await expect(restore(containerPort(into.name), only, [stored], options)).rejects.toMatchObject({ code })
    await sql(into, 'small', 'CREATE VIEW later AS SELECT * FROM account')
    await expect(restore(containerPort(into.name), only, [file], options)).rejects.toMatchObject({
      code: 'DUMP.RESTORE_FAILED',
    })
    await sql(into, 'small', 'DROP VIEW later')
    expect(await sums(into, 'small')).toEqual(before)
    await restore(containerPort(into.name), only, [file], options)
    expect(await sums(into, 'small')).toEqual(await sums(from, 'small'))
  }, 120_000)

  test('roles that cannot be made leave the roles as they were', async () => {
    const globals = (await collect(containerPort(from.name), recipe, options)).find(
      ({ name }) => name === 'globals.sql',
    )
    const broken = globals?.bytes
      .toString()
      .replace('CREATE ROLE reader;', 'CREATE ROLE reader;\nCREATE ROLE other;\nALTER ROLE nobody NOLOGIN;')
    await expect(
      restore(containerPort(into.name), recipe, [partOf('globals.sql', Buffer.from(broken ?? ''))], options),
    ).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED', why: expect.stringContaining('nobody') })
    let opened = 0
    const bytes = globals?.bytes ?? Buffer.alloc(0)
    const shrinks = {
      name: 'globals.sql',
      open: () => partOf('', bytes.subarray(0, ++opened > 1 ? -20 : undefined)).open(),
    }
    await expect(restore(containerPort(into.name), recipe, [shrinks], options)).rejects.toMatchObject({
      code: 'DUMP.RESTORE_FAILED',
    })
    expect(await sql(into, 'postgres', "SELECT count(*) FROM pg_roles WHERE rolname = 'other'")).toBe('0')
  }, 60_000)

  test('a password that a setting says is in no argv, here or there', async () => {
    const told: Recipe = { engine, settings: { database: 'shop', password: PASSWORD } }
    const seen: string[] = []
    const port = containerPort(from.name)
    const watched = {
      exec: async (...[request, call]: Parameters<typeof port.exec>) => {
        seen.push(request.argv.join(' '))
        return port.exec(request, call)
      },
    }
    await using held = await hold()
    const dumping = collect(watched, told, options)
    await held.waits()
    const there = await from.inside(ALL_ARGV)
    expect(there).toContain('pg_dump')
    await held[Symbol.asyncDispose]()
    expect((await dumping).map(({ name }) => name)).toEqual(['shop.dump'])
    seen.push(there)
    expect(seen.length).toBeGreaterThan(2)
    for (const text of seen) expect(text).not.toContain('p\'a"')
  }, 60_000)

  test('a connection of the server that ends is no dump', async () => {
    await using held = await hold()
    const dumping = collect(containerPort(from.name), { engine, settings: { database: 'shop' } }, options)
    const refused = expect(dumping).rejects.toMatchObject({ code: 'DUMP.FAILED' })
    await held.waits()
    await sql(from, 'postgres', `SELECT pg_terminate_backend(pid) ${WAITING}`)
    await refused
  }, 60_000)

  test(`of ${TRUNCATIONS} cut archives, and as many cut streams, none is taken for whole`, async () => {
    const [file] = await collect(containerPort(from.name), only, options)
    if (file === undefined) throw new Error('no dump')
    await proveDump(containerPort(into.name), only, file, options)
    let taken = 0
    for (const at of cuts(TRUNCATIONS, file.bytes.length, SEED)) {
      await proveDump(containerPort(into.name), only, partOf(file.name, file.bytes.subarray(0, at)), options).then(
        () => (taken += 1),
        (error: unknown) => expect(error).toMatchObject({ code: 'DUMP.NOT_WHOLE' }),
      )
      let asked = 0
      const port = containerPort(from.name, (out) => (++asked > 1 ? cutAfter(at)(out) : out))
      await collect(port, only, options).then(
        () => (taken += 1),
        (error: unknown) => expect(error).toMatchObject({ code: 'DUMP.NOT_WHOLE' }),
      )
    }
    expect(taken).toBe(0)
  }, 1_200_000)
})
