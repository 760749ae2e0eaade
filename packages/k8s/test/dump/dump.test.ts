import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { checkDump, downloadDump, dumpDatabase, storedDump } from '../../src/index.ts'
import { clusterOf } from '../exec/cluster-of.ts'
import type { ExecCluster } from '../exec/cluster-of.ts'
import type { Fault } from '../exec-server.ts'
import { execServer } from '../exec-server.ts'
import type { FakeDatabase } from './fake-database.ts'
import { ENDS, fakeDatabase } from './fake-database.ts'

vi.setConfig({ testTimeout: 60_000 })

const open: (Disposable | AsyncDisposable)[] = []
afterEach(async () => {
  for (const each of open.splice(0).toReversed())
    if (Symbol.asyncDispose in each) await each[Symbol.asyncDispose]()
    else each[Symbol.dispose]()
})

interface World {
  readonly fake: FakeDatabase
  readonly cluster: ExecCluster
  readonly signal: AbortSignal
  fault?: Fault
}

async function world(
  shell: Parameters<typeof fakeDatabase>[0],
  database: Parameters<typeof fakeDatabase>[1] = 'postgres',
  environment: Readonly<Record<string, string>> = {},
): Promise<World> {
  const fake = fakeDatabase(shell, database)
  open.push(fake)
  const made: World = { fake, cluster: { exec: never }, signal: new AbortController().signal }
  const server = await execServer({ environment: { PATH: fake.tools.path, ...environment }, fault: () => made.fault })
  open.push(server)
  return Object.assign(made, { cluster: clusterOf(server.server) })
}

function never(): never {
  throw new Error('not yet')
}

const CASES = (['dash', 'bash', 'busybox', 'dash without sha256sum'] as const).flatMap((shell) =>
  (['postgres', 'mysql', 'mariadb'] as const).map((database) => [shell, database] as const),
)

describe.each(CASES)('%s, %s', (shell, database) => {
  test('a dump is put in place of the last one', async () => {
    const { fake, cluster, signal } = await world(shell, database)
    const first = await dumpDatabase(cluster, fake.place(), { signal })
    expect(fake.dump()).toBe(`INSERT 1;${ENDS[database]}`)
    fake.holds('INSERT 2;')
    const second = await dumpDatabase(cluster, fake.place(), { signal })
    expect(fake.dump()).toBe(`INSERT 2;${ENDS[database]}`)
    expect(second.sum).not.toBe(first.sum)
    expect(await storedDump(cluster, fake.place(), { signal })).toMatchObject(second)
    expect(fake.files()).toEqual(['the dump.sql.gz'])
    const check = await checkDump(cluster, fake.place(), { signal })
    expect(check.lastBytes).toBe(second.bytes)
  })

  test.each([
    ['ends badly', 'cat $FAKE/sql; exit 3', 'DUMP.FAILED'],
    ['is killed', 'cat $FAKE/sql; kill -KILL $$', 'DUMP.FAILED'],
    ['says nothing and calls it good', 'exit 0', 'DUMP.NOT_WHOLE'],
    ['stops early and calls it good', 'head -c 20 $FAKE/sql', 'DUMP.NOT_WHOLE'],
    ['goes on after its end', 'cat $FAKE/sql; echo more', 'DUMP.NOT_WHOLE'],
  ])('of a program that %s nothing is taken', async (_, script, code) => {
    const { fake, cluster, signal } = await world(shell, database)
    await dumpDatabase(cluster, fake.place(), { signal })
    fake.dumps(script)
    fake.holds('INSERT 2;')
    await expect(dumpDatabase(cluster, fake.place(), { signal })).rejects.toMatchObject({ code })
    expect(fake.dump()).toBe(`INSERT 1;${ENDS[database]}`)
    expect(fake.files()).toEqual(['the dump.sql.gz'])
  })

  test('what is aborted, or whose connection breaks, ends over there and leaves nothing', async () => {
    const far = await world(shell, database)
    const { fake, cluster } = far
    await dumpDatabase(cluster, fake.place(), far)
    for (const break_ of ['abort', 'cut'] as const) {
      fake.dumps('cat $FAKE/sql; : >$FAKE/"a volume"/started; sleep 30')
      const stop = new AbortController()
      const server = open.at(-1)
      const running = dumpDatabase(cluster, fake.place(), { signal: stop.signal })
      const refused = expect(running).rejects.toThrow()
      await vi.waitUntil(() => fake.files().includes('started'), { timeout: 10_000 })
      if (break_ === 'abort') stop.abort(new Error('enough'))
      else if (server !== undefined && 'reset' in server && typeof server.reset === 'function') server.reset()
      await refused
      rmSync(join(fake.volume, 'started'))
      await vi.waitUntil(() => fake.files().length === 1, { timeout: 10_000 })
      expect(fake.dump()).toBe(`INSERT 1;${ENDS[database]}`)
    }
  })
})

test.each([
  ['a compressor that fails', 'cat; exit 1', 'DUMP.FAILED'],
  ['a compressor that stops early', 'gunzip=no; cat | head -c 15', 'DUMP.NOT_WHOLE'],
])('%s', async (_, script, code) => {
  const { fake, cluster, signal } = await world('dash')
  rmSync(join(fake.tools.path, 'gzip'))
  writeFileSync(
    join(fake.tools.path, 'gzip'),
    `#!/bin/sh\ncase $1 in -dc) exec /bin/gzip -dc ;; esac\n/bin/gzip -c | { ${script}; }\n`,
    { mode: 0o755 },
  )
  await expect(dumpDatabase(cluster, fake.place(), { signal })).rejects.toMatchObject({ code })
  expect(fake.files()).toEqual([])
})

test('what keeps a dump from being made is told, and nothing is touched', async () => {
  const { fake, cluster, signal } = await world('dash')
  const refusal = (recipe = {}): Promise<unknown> =>
    dumpDatabase(cluster, fake.place(recipe), { signal }).catch((error: unknown) => error)
  expect(await refusal({ file: '/nowhere/at all/dump' })).toMatchObject({ code: 'DUMP.NO_DIRECTORY', untouched: true })
  expect(await refusal({ file: 'dump' })).toMatchObject({ code: 'DUMP.NO_DIRECTORY' })
  expect(await refusal({ fullPercent: 1 })).toMatchObject({ code: 'DUMP.FULL' })
  fake.answers('echo "no route" >&2; exit 2')
  expect(await refusal()).toMatchObject({ code: 'DUMP.UNREACHABLE', why: 'no route' })
  rmSync(join(fake.tools.path, 'pg_dump'))
  expect(await refusal()).toMatchObject({ code: 'DUMP.NO_TOOL', message: expect.stringContaining('pg_dump') })
  expect(fake.files()).toEqual([])
})

test('parts of processes that died go, those of others stay', async () => {
  const { fake, cluster, signal } = await world('dash')
  writeFileSync(join(fake.volume, 'the dump.sql.gz.salvage-999999999-abc.part'), 'left')
  writeFileSync(join(fake.volume, 'the dump.sql.gz.salvage-x-abc.part'), 'not ours')
  await dumpDatabase(cluster, fake.place(), { signal })
  expect(fake.files().toSorted()).toEqual(['the dump.sql.gz', 'the dump.sql.gz.salvage-x-abc.part'])
})

test.each(['postgres', 'mariadb'] as const)(
  'hostile values are values, and no password is in argv: %s',
  async (database) => {
    const secret = `p"a$(touch /tmp/salvage-pwned)\`id\`'s $HOME`
    const { fake, cluster, signal } = await world('dash', database, { DB_SECRET: secret, DB_NAME: '--version; $(id)' })
    await dumpDatabase(cluster, fake.place({ password: '${DB_SECRET}', name: '${DB_NAME}', user: "o'r $(id)" }), {
      signal,
    })
    const lines = fake.heard().split('\n')
    expect(lines.filter((line) => line.includes('p"a'))).toEqual(lines.filter((line) => line === secret))
    expect(lines).toContain(secret)
    if (database === 'mariadb') expect(lines).toContain("--user=o'r $(id)")
    expect(fake.dump()).toContain('INSERT 1;')
  },
)

test('a download is the file, sum and all, or none', async () => {
  const far = await world('busybox')
  const { fake, cluster, signal } = far
  const to = mkdtempSync(join(tmpdir(), 'salvage-download-'))
  open.push({ [Symbol.dispose]: () => rmSync(to, { recursive: true }) })
  const file = join(to, 'copy')
  await expect(downloadDump(cluster, fake.place(), file, { signal })).rejects.toMatchObject({ code: 'DUMP.NO_DUMP' })
  const dump = await dumpDatabase(cluster, fake.place(), { signal })
  expect(await downloadDump(cluster, fake.place(), file, { signal })).toMatchObject(dump)
  expect(readFileSync(file)).toEqual(readFileSync(join(fake.volume, 'the dump.sql.gz')))
  writeFileSync(file, 'before')
  far.fault = { dropAfter: dump.bytes - 1 }
  await expect(downloadDump(cluster, fake.place(), file, { signal })).rejects.toThrow()
  expect(readFileSync(file, 'utf8')).toBe('before')
})

test('a dump that is only an empty archive is none', async () => {
  const { fake, cluster, signal } = await world('dash')
  fake.dumps('exit 0')
  expect(gzipSync('').length).toBe(20)
  await expect(dumpDatabase(cluster, fake.place(), { signal })).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
})
