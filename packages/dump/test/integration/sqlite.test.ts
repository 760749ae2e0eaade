import { execFile, spawn } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { engineNamed, restore } from '../../src/index.ts'
import { herePort } from '../spawn-port.ts'
import { collect, partOf } from './collected.ts'
import { expectProven } from './proofs.ts'

const run = promisify(execFile)
/** Two processes would make `.backup` begin anew for ever. */
const WRITES = `BEGIN IMMEDIATE; INSERT INTO first SELECT coalesce(max(n), 0) + 1, hex(randomblob(500)) FROM first;
INSERT INTO last SELECT coalesce(max(n), 0) + 1, hex(randomblob(500)) FROM last; COMMIT;\n`

async function sql(at: string, text: string): Promise<string> {
  const { stdout } = await run('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 20000', at, text])
  return stdout.trim()
}

describe.skipIf(!part('sqlite').available)('SQLite', () => {
  const folder = temporaryDirectory()
  const file = join(folder.path, `an odd '$(id)' name.db`)
  const options = { signal: new AbortController().signal, where: 'here' }
  const engine = engineNamed('sqlite')
  if (engine === undefined) throw new Error('no engine')
  const recipe: Recipe = { engine, settings: { file } }
  const one = async (): Promise<ReturnType<typeof partOf>> => {
    const [part_] = await collect(herePort(), recipe, options)
    if (part_ === undefined) throw new Error('no file')
    return part_
  }
  beforeAll(async () => {
    await sql(file, 'PRAGMA journal_mode=WAL; CREATE TABLE first (n, text); CREATE TABLE last (n, text);')
    await sql(
      file,
      `CREATE TABLE "tägl. 😀 it's" ("wert $x" text, raw blob); INSERT INTO "tägl. 😀 it's" VALUES ('é 😀', x'00ff')`,
    )
    await sql(
      file,
      "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000) INSERT INTO first SELECT n, 'é' || n FROM c",
    )
    await sql(file, 'INSERT INTO last SELECT * FROM first')
  })
  afterAll(() => folder[Symbol.dispose]())

  test('a dump under writes of two processes is of one moment, and comes back whole where nothing was', async () => {
    const count = Number(await sql(file, 'SELECT count(*) FROM first'))
    const writers = [1, 2].map(() => {
      const writer = spawn('sqlite3', ['-batch', '-cmd', '.timeout 20000', file], {
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      writer.stdin.on('error', () => {})
      writer.stdin.write(WRITES.repeat(20_000))
      return writer
    })
    await expect.poll(async () => Number(await sql(file, 'SELECT count(*) FROM first'))).toBeGreaterThan(count + 10)
    const dumped = await one()
    for (const writer of writers) writer.kill('SIGKILL')
    const copy = join(folder.path, 'copy.db')
    writeFileSync(copy, dumped.bytes)
    expect(await sql(copy, 'SELECT max(n) FROM first')).toBe(await sql(copy, 'SELECT max(n) FROM last'))
    expect(Number(await sql(copy, 'SELECT count(*) FROM last'))).toBeGreaterThan(count + 10)
    copyFileSync(file, join(folder.path, 'kept.db'))
    await sql(file, 'DELETE FROM first')
    await restore(herePort(), recipe, [dumped], options)
    expect(await sql(file, '.sha3sum')).toBe(await sql(copy, '.sha3sum'))
    expect(await sql(file, `SELECT "wert $x" || hex(raw) FROM "tägl. 😀 it's"`)).toBe('é 😀00FF')
    expect(await sql(file, 'PRAGMA integrity_check')).toBe('ok')
  })

  test('no beginning of a dump is whole', async () => {
    const dumped = await one()
    await expectProven(herePort(), recipe, dumped, 0)
  })

  test('a restore that cannot be leaves what was there', async () => {
    const dumped = await one()
    const before = await sql(file, '.sha3sum')
    const broken = Buffer.from(dumped.bytes)
    broken.fill(0xa5, 4096, 8192)
    const damaged = restore(herePort(), recipe, [partOf(dumped.name, broken)], options)
    await expect(damaged).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
    const wide = join(folder.path, 'wide.db')
    await sql(wide, 'PRAGMA page_size=8192; VACUUM; CREATE TABLE other (n);')
    const other = restore(herePort(), recipe, [partOf(dumped.name, readFileSync(wide))], options)
    await expect(other).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
    expect(await sql(file, '.sha3sum')).toBe(before)
  })

  test('a file that is not there is told, and none is made', async () => {
    const missing = join(folder.path, 'missing.db')
    const nothing = collect(herePort(), { engine, settings: { file: missing } }, options)
    await expect(nothing).rejects.toMatchObject({ code: 'DUMP.NO_DATABASE' })
    expect(existsSync(missing)).toBe(false)
  })
})
