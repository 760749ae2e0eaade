import { spawn } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { engineNamed, proveDump, restore } from '../../src/index.ts'
import { SCHEMA, WRITE } from './mariadb-data.ts'
import { containerPort, cutAfter } from '../spawn-port.ts'
import { ALL_ARGV, collect, cuts, partOf } from './collected.ts'
import type { CollectedPart } from './collected.ts'
import { databaseContainer } from './container.ts'
import type { DatabaseContainer } from './container.ts'

/** All of them with `SALVAGE_TRUNCATIONS=500`, others with `SALVAGE_SEED=…`. */
const TRUNCATIONS = Number(process.env['SALVAGE_TRUNCATIONS'] ?? 30)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_122)
const PASSWORD = `p'a"$(id) :#\\ \n\`x\` 😀`
const ODD = `it's ❤ \`x\` / $(id)`
const CLIENT = 'mariadb --default-character-set=utf8mb4 -N --socket=/run/mysqld/mysqld.sock'

describe.skipIf(!part('docker').available || !part('mariadb-image').available)('MariaDB', () => {
  let from: DatabaseContainer
  let into: DatabaseContainer
  const engine = engineNamed('mariadb')
  if (engine === undefined) throw new Error('no engine')
  const recipe: Recipe = { engine, settings: {} }
  const small: Recipe = { engine, settings: { database: 'small' } }
  const options = { signal: new AbortController().signal, where: 'a container' }
  const sql = (at: DatabaseContainer, database: string, text: string): Promise<string> => {
    const password = at === from ? 'MYSQL_PWD=$(cat /run/secret)' : 'MYSQL_PWD='
    return at.inside(`d=$(cat <<'DB'\n${database}\nDB\n); ${password} ${CLIENT} --database="$d" <<'SQL'\n${text}\nSQL`)
  }
  const sums = async (
    at: DatabaseContainer,
    database: string,
    below = 2 ** 31 - 1,
  ): Promise<Record<string, string>> => {
    const tables = await sql(
      at,
      database,
      `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1`,
    )
    const found: Record<string, string> = {}
    for (const table of tables.split('\n')) {
      const columns = await sql(
        at,
        database,
        `SELECT GROUP_CONCAT(CONCAT('HEX(\`', COLUMN_NAME, '\`)')) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table.replaceAll("'", "''")}'`,
      )
      const limit = ['first', 'zlast'].includes(table) ? `WHERE n <= ${below}` : ''
      const row = `MD5(CONCAT_WS(',', ${columns}))`
      found[table] = await sql(
        at,
        database,
        `SELECT COUNT(*), MD5(GROUP_CONCAT(${row} ORDER BY ${row} SEPARATOR '')) FROM \`${table}\` ${limit}`,
      )
    }
    return found
  }

  beforeAll(async () => {
    const long = ['--group-concat-max-len=100000000', '--max-allowed-packet=64M']
    from = await databaseContainer('salvage-test/mariadb', `${CLIENT} -e 'SELECT 1'`, {
      environment: { MARIADB_ROOT_PASSWORD_FILE: '/run/secret' },
      command: long,
    })
    into = await databaseContainer('salvage-test/mariadb', `${CLIENT} -e 'SELECT 1'`, { command: long })
    await from.inside(`umask 077; cat >/run/secret.next <<'P'\n${PASSWORD}\nP\n: >/run/secret`)
    await sql(
      from,
      'app',
      `CREATE DATABASE \`${ODD.replaceAll('`', '``')}\` CHARACTER SET latin1; CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE DATABASE small`,
    )
    await sql(from, 'shop', SCHEMA)
    await sql(from, 'small', SCHEMA)
    await sql(from, ODD, `CREATE TABLE t (a text CHARACTER SET utf8mb4); INSERT INTO t VALUES ('😀')`)
    const word = `'${PASSWORD.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    await sql(from, 'app', `ALTER USER root@'%' IDENTIFIED BY ${word}; ALTER USER root@localhost IDENTIFIED BY ${word}`)
    await from.inside('mv /run/secret.next /run/secret')
  }, 120_000)
  afterAll(async () => {
    await from[Symbol.asyncDispose]()
    await into[Symbol.asyncDispose]()
  })

  test('a refused login is that, and no dump', async () => {
    const wrong = { engine, settings: { password: 'wrong' } }
    await expect(collect(containerPort(from.name), wrong, options)).rejects.toMatchObject({
      code: 'DUMP.REFUSED',
      why: expect.stringContaining('Access denied'),
    })
  })

  test('under constant writes: every table of every database comes back into an empty server', async () => {
    const writes = `yes "${WRITE}" | MYSQL_PWD=$(cat /run/secret) ${CLIENT} shop`
    const writer = spawn('docker', ['exec', from.name, 'sh', '-c', writes], { stdio: 'ignore' })
    let files: CollectedPart[] = []
    try {
      await expect.poll(() => sql(from, 'shop', 'SELECT COUNT(*) > 200 FROM first')).toBe('1')
      const before = Number(await sql(from, 'shop', 'SELECT COUNT(*) FROM first'))
      files = await collect(containerPort(from.name), recipe, options)
      expect(Number(await sql(from, 'shop', 'SELECT COUNT(*) FROM first'))).toBeGreaterThan(before)
    } finally {
      await from.inside('kill $(pidof yes)')
      await new Promise((resolve) => writer.once('close', resolve))
    }
    expect(files.map(({ name }) => name)).toEqual(['app.sql', "it's ❤ `x` %2F $(id).sql", 'shop.sql', 'small.sql'])
    await restore(containerPort(into.name), recipe, files, options)
    const written = Number(await sql(into, 'shop', 'SELECT MAX(n) FROM first'))
    expect(written).toBeGreaterThan(200)
    const restored = await sums(into, 'shop')
    expect(restored['first']).toBe(restored['zlast'])
    expect(await sql(into, 'shop', 'SELECT SUM(amount) FROM account')).toBe('200000')
    const { account: _, ...still } = await sums(from, 'shop', written)
    expect(restored).toMatchObject(still)
    for (const database of [ODD, 'small']) expect(await sums(into, database)).toEqual(await sums(from, database))
    const more = `SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME;
SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE(); SHOW CREATE VIEW rich;
SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE(); SELECT EVENT_NAME FROM information_schema.EVENTS`
    expect(await sql(into, 'shop', more)).toBe(await sql(from, 'shop', more))
    expect(await into.inside('ls /var/lib/mysql | grep restore- || :')).toBe('')
  }, 180_000)

  test('a restore that fails, wherever, leaves what was there', async () => {
    const [file] = await collect(containerPort(from.name), small, options)
    if (file === undefined) throw new Error('no dump')
    await sql(into, 'app', 'DROP DATABASE IF EXISTS small')
    const text = file.bytes.toString('latin1')
    const middle = Buffer.from(text.replace('INSERT INTO `account`', 'INSERT INTO `nothing`'), 'latin1')
    await expect(restore(containerPort(into.name), small, [partOf(file.name, middle)], options)).rejects.toThrow()
    expect(await sql(into, 'app', "SHOW DATABASES LIKE 'small'")).toBe('')
    await restore(containerPort(into.name), small, [file], options)
    await sql(into, 'small', "UPDATE account SET owner = 'new'; DROP VIEW rich")
    const before = await sums(into, 'small')
    let opened = 0
    const shrinks = {
      name: file.name,
      open: () => partOf('', file.bytes.subarray(0, ++opened > 2 ? file.bytes.length - 200 : undefined)).open(),
    }
    const failing = [
      [partOf(file.name, file.bytes.subarray(0, -1)), 'DUMP.NOT_WHOLE'],
      [shrinks, 'DUMP.RESTORE_FAILED'],
      [partOf(file.name, middle), 'DUMP.RESTORE_FAILED'],
      [partOf('x.tar', file.bytes), 'DUMP.NO_DUMP'],
      [
        partOf(file.name, Buffer.from(text.replace(/^-- Server version.*$/m, '-- Server version\t8.0.36'), 'latin1')),
        'DUMP.SKEW',
      ],
    ] as const
    for (const [stored, code] of failing)
      await expect(restore(containerPort(into.name), small, [stored], options)).rejects.toMatchObject({ code })
    expect(opened).toBe(3)
    expect(await sums(into, 'small')).toEqual(before)
    await restore(containerPort(into.name), small, [file], options)
    expect(await sums(into, 'small')).toEqual(await sums(from, 'small'))
    expect(await sql(into, 'small', "SHOW DATABASES LIKE 'salvage%'")).toBe('')
  }, 120_000)

  test('a restore that is killed leaves what was there, and the next one clears up behind it', async () => {
    const [file] = await collect(containerPort(from.name), small, options)
    if (file === undefined) throw new Error('no dump')
    await restore(containerPort(into.name), small, [file], options)
    await sql(into, 'small', "UPDATE account SET owner = 'new'")
    const before = await sums(into, 'small')
    let opened = 0
    const stalls = {
      name: file.name,
      open: () => {
        opened += 1
        if (opened < 3) return file.open()
        const half = new PassThrough()
        half.write(file.bytes.subarray(0, file.bytes.length / 2))
        return half
      },
    }
    const killed = expect(restore(containerPort(into.name), small, [stalls], options)).rejects.toMatchObject({
      code: 'DUMP.RESTORE_ENDED',
    })
    await expect.poll(() => sql(into, 'app', "SHOW DATABASES LIKE 'salvage%'")).not.toBe('')
    await into.inside("kill -KILL $(grep -l 'salvage-g[o]' /proc/[0-9]*/cmdline | cut -d / -f 3 | grep -v self)")
    await killed
    expect(await sums(into, 'small')).toEqual(before)
    expect(await into.inside('ls /var/lib/mysql | grep -c restore-')).not.toBe('0')
    await restore(containerPort(into.name), small, [file], options)
    expect(await sql(into, 'app', "SHOW DATABASES LIKE 'salvage%'")).toBe('')
    expect(await into.inside('ls /var/lib/mysql | grep restore- || :')).toBe('')
    expect(await sums(into, 'small')).toEqual(await sums(from, 'small'))
  }, 120_000)

  test('what a restore that died half way left behind is brought to its end before a dump', async () => {
    const [file] = await collect(containerPort(from.name), small, options)
    if (file === undefined) throw new Error('no dump')
    await restore(containerPort(into.name), small, [file], options)
    // Its tables have changed places; what is made anew behind them is not.
    const beside = 'CREATE DATABASE salvage_0123456789ab; CREATE DATABASE salvage_0123456789ab_old'
    await sql(into, 'small', `DROP TRIGGER tell; ${beside}`)
    const after = 'CREATE TRIGGER tell AFTER UPDATE ON account FOR EACH ROW INSERT INTO told VALUES (NEW.id);'
    await into.inside(`set -- $(printf small | cksum); f=/var/lib/mysql/restore-$1-$2.salvage-99999-0123456789ab
: >"$f.restore"; : >"$f.before"; echo '${after}' >"$f.after"`)
    const [again] = await collect(containerPort(into.name), small, options)
    expect(again?.bytes.toString()).toContain('tell')
    expect(await sql(into, 'small', 'SHOW TRIGGERS')).toContain('tell')
    expect(await sql(into, 'app', "SHOW DATABASES LIKE 'salvage%'")).toBe('')
    expect(await into.inside('ls /var/lib/mysql | grep restore- || :')).toBe('')
    await restore(containerPort(into.name), small, [file], options)
  }, 120_000)

  test('a password that a setting says is in no argv, here or there', async () => {
    const told: Recipe = { engine, settings: { database: 'shop', user: 'root', password: PASSWORD } }
    const seen: string[] = []
    const port = containerPort(from.name)
    const watched = {
      exec: async (...[request, call]: Parameters<typeof port.exec>) => {
        seen.push(request.argv.join(' '))
        return port.exec(request, call)
      },
    }
    const lock = `MYSQL_PWD=$(cat /run/secret) ${CLIENT} shop -e 'LOCK TABLES zlast WRITE; SELECT SLEEP(50)'`
    const gate = spawn('docker', ['exec', from.name, 'sh', '-c', lock], { stdio: 'ignore' })
    const ids = (where: string): Promise<string> =>
      sql(from, 'shop', `SELECT ID FROM information_schema.PROCESSLIST WHERE ${where} AND ID <> CONNECTION_ID()`)
    await expect.poll(() => ids("STATE = 'User sleep'")).not.toBe('')
    const dumping = collect(watched, told, options)
    await expect.poll(() => ids("STATE LIKE 'Waiting for table%'")).not.toBe('')
    const there = await from.inside(ALL_ARGV)
    expect(there).toContain('mariadb-dump')
    await sql(from, 'shop', `KILL ${await ids("STATE = 'User sleep'")}`)
    gate.kill()
    expect((await dumping).map(({ name }) => name)).toEqual(['shop.sql'])
    seen.push(there)
    expect(seen.length).toBeGreaterThan(2)
    for (const text of seen) expect(text).not.toContain('p\'a"')
  }, 60_000)

  test(`of ${TRUNCATIONS} cut files, and as many cut streams, none is taken for whole`, async () => {
    const [file] = await collect(containerPort(from.name), small, options)
    if (file === undefined) throw new Error('no dump')
    await proveDump(containerPort(into.name), small, file, options)
    let taken = 0
    for (const at of cuts(TRUNCATIONS, file.bytes.length, SEED)) {
      await proveDump(containerPort(into.name), small, partOf(file.name, file.bytes.subarray(0, at)), options).then(
        () => (taken += 1),
        (error: unknown) => expect(error).toMatchObject({ code: 'DUMP.NOT_WHOLE' }),
      )
      let asked = 0
      const port = containerPort(from.name, (out) => (++asked > 1 ? cutAfter(at)(out) : out))
      await collect(port, small, options).then(
        () => (taken += 1),
        (error: unknown) => expect(error).toMatchObject({ code: 'DUMP.NOT_WHOLE' }),
      )
    }
    expect(taken).toBe(0)
  }, 1_200_000)
})
