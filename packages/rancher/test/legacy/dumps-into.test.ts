import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { weekLater } from './week-later.ts'
import { worldIn } from './world.ts'
import type { World } from './world.ts'

let folder: ReturnType<typeof temporaryDirectory>
let world: World

beforeEach(() => {
  folder = temporaryDirectory()
  world = worldIn(folder.path)
})
afterEach(() => folder[Symbol.dispose]())

const at = (path: string): string => join(folder.path, path)
const text = async (path: string): Promise<string> => readFile(at(path), 'utf8')

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), content)
}

/** All files but the manifest. */
async function files(): Promise<readonly string[]> {
  const entries = await readdir(folder.path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.path.length + 1))
    .toSorted()
}

const Manifest = z.object({
  at: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      target: z.string(),
      bytes: z.number(),
      sha256: z.string(),
      at: z.string(),
      environment: z.string(),
    }),
  ),
  failed: z.array(z.object({ target: z.string(), code: z.string() })),
})

async function manifest(): Promise<z.infer<typeof Manifest>> {
  return Manifest.parse(JSON.parse(await text('.salvage-kit/manifest.json')))
}

function database(
  name: string,
  content: Readonly<Record<string, string>>,
  fails?: 'damaged' | 'middle' | 'start' | 'verdict',
): void {
  world.platform.databases.set(name, {
    files: new Map(Object.entries(content)),
    ...(fails === undefined ? {} : { fails }),
  })
}

describe('dumps into a directory', () => {
  test('stand where rancher-backup wrote them, for this user alone, and the manifest tells of each', async () => {
    database('app/db', { 'all-databases.dump': 'rows' })
    database('app/web/side', { 'x.dump': 'side' })
    database('app', { 'docker-compose.yml': 'a', 'rancher-compose.yml': 'b' })
    database('rancher-db:cattle', { 'cattle.dump': 'server' })
    expect(await world.run()).toEqual([])
    expect(await files()).toEqual([
      'dump/app/db/all-databases.dump',
      'dump/app/web/side/x.dump',
      'rancher/app/docker-compose.yml',
      'rancher/app/rancher-compose.yml',
      'rancher/database/cattle.dump',
    ])
    expect(await text('dump/app/db/all-databases.dump')).toBe('rows')
    expect((await stat(at('dump/app/db/all-databases.dump'))).mode & 0o777).toBe(0o600)
    expect((await stat(at('dump/app'))).mode & 0o777).toBe(0o700)
    const { files: named, at: began } = await manifest()
    expect(named.map(({ path }) => path)).toEqual(await files())
    expect(named[0]).toEqual({
      path: 'dump/app/db/all-databases.dump',
      target: 'rancher:app/db',
      bytes: 4,
      sha256: createHash('sha256').update('rows').digest('hex'),
      at: began,
      environment: '1a5',
    })
    expect((await stat(at('.salvage-kit/manifest.json'))).mode & 0o777).toBe(0o600)
  })

  test.each(['start', 'middle', 'verdict', 'damaged'] as const)(
    'one that fails (%s) leaves the files of before, is told, and stops no other',
    async (fails) => {
      database('app/db', { 'a.dump': 'old a', 'b.dump': 'old b' })
      database('app/other', { 'o.dump': '1' })
      await world.run()
      const before = await manifest()
      database('app/db', { 'a.dump': 'new a', 'b.dump': 'new b' }, fails)
      database('app/other', { 'o.dump': '2' })
      const [finding, ...more] = await world.run()
      expect(more).toEqual([])
      expect(finding?.message).toContain('rancher:app/db')
      expect(await text('dump/app/db/a.dump')).toBe('old a')
      expect(await text('dump/app/db/b.dump')).toBe('old b')
      expect(await text('dump/app/other/o.dump')).toBe('2')
      expect(await files()).toEqual(['dump/app/db/a.dump', 'dump/app/db/b.dump', 'dump/app/other/o.dump'])
      const after = await manifest()
      expect(after.failed).toEqual([{ target: 'rancher:app/db', code: finding?.code }])
      expect(after.files.filter((file) => file.at !== after.at)).toEqual(
        before.files.filter(({ target }) => target === 'rancher:app/db'),
      )
    },
  )

  test('what cannot be dumped at all is told, what nobody wants dumped is warned of', async () => {
    world.problems.push(
      { code: 'RANCHER.NO_INSTANCE', message: 'rancher:app/db cannot be dumped', target: 'rancher:app/db' },
      { code: 'RANCHER.NO_EXPORT', message: 'rancher:infra was not exported', target: 'rancher:infra' },
      { code: 'RANCHER.ODD', message: 'odd' },
    )
    expect((await world.run()).map(({ code }) => code)).toEqual(['RANCHER.NO_INSTANCE'])
    expect(world.warned.map(({ code }) => code)).toEqual(['RANCHER.NO_EXPORT', 'RANCHER.ODD'])
  })

  test('what cannot be looked at is one finding, and no dump of it is taken for gone', async () => {
    database('app/db', { 'a.dump': 'old' })
    await world.run()
    const { files: before } = await manifest()
    world.platform.databases.delete('app/db')
    world.problems.push({ code: 'RANCHER.UNAUTHORIZED', message: 'https://r answers 401', target: 'rancher:*' })
    expect((await world.run()).map(({ code }) => code)).toEqual(['RANCHER.UNAUTHORIZED'])
    expect(await text('dump/app/db/a.dump')).toBe('old')
    expect((await manifest()).files).toEqual(before)
  })

  test('a directory in which nothing can be written is one finding', async () => {
    database('app/db', { 'a.dump': 'new' })
    await writeFile(at('.salvage-kit'), 'in the way')
    const findings = await world.run()
    expect(findings.map(({ code }) => code)).toEqual(['RANCHER.DUMP_PLACE', 'RANCHER.NOT_DUMPED'])
    expect(await files()).toEqual(['.salvage-kit'])
  })

  test('containers of one service have folders of their own', async () => {
    database('app/db', { 'db-1:a.dump': '1', 'db-2:a.dump': '2' })
    expect(await world.run()).toEqual([])
    expect(await files()).toEqual(['dump/app/db/db-1/a.dump', 'dump/app/db/db-2/a.dump'])
  })

  test('dumps of what is gone are removed, and nothing that no manifest names', async () => {
    database('app/db', { 'a.dump': 'a' })
    database('old/db', { 'b.dump': 'b', 'c.dump': 'c' })
    database('old', { 'docker-compose.yml': 'x' })
    database('asleep/db', { 'd.dump': 'd' })
    await world.run()
    await write('dump/old/db/mine.txt', 'mine')
    await write('dump/old/db/c.dump', 'changed by somebody')
    await write('dump/elsewhere/db/e.dump', 'of rancher-backup')
    for (const name of ['old/db', 'old', 'asleep/db']) world.platform.databases.delete(name)
    world.standing.add('rancher:asleep/db')
    const before = await files()
    expect(await world.run()).toEqual([])
    expect(await files()).toEqual(before)
    weekLater(folder.path)
    expect(await world.run()).toEqual([])
    expect(await files()).toEqual([
      'dump/app/db/a.dump',
      'dump/asleep/db/d.dump',
      'dump/elsewhere/db/e.dump',
      'dump/old/db/c.dump',
      'dump/old/db/mine.txt',
    ])
    expect(await readdir(at('rancher'))).toEqual([])
    expect((await manifest()).files.map(({ path }) => path)).toEqual(['dump/app/db/a.dump', 'dump/asleep/db/d.dump'])
  })

  test('a database that has another name now leaves no dump of the former one', async () => {
    database('app/db', { 'one.dump': '1' })
    await world.run()
    database('app/db', { 'two.dump': '2' })
    await world.run()
    expect(await files()).toEqual(['dump/app/db/two.dump'])
  })

  test('a manifest that leads elsewhere removes nothing', async () => {
    await write('keep/me/x', 'x')
    await write('.salvage-kit/manifest.json', '')
    const sha256 = createHash('sha256').update('x').digest('hex')
    for (const path of ['dump/../keep/me/x', 'keep/me/x', '/etc/passwd', 'dump//x']) {
      const file = { path, target: 'rancher:app/db', bytes: 1, sha256, at: '2026-01-01' }
      await write('.salvage-kit/manifest.json', JSON.stringify({ version: 1, at: '', files: [file], failed: [] }))
      world.warned.length = 0
      expect(await world.run()).toEqual([])
      expect(world.warned.map(({ code }) => code)).toEqual(['RANCHER.MANIFEST'])
      expect(await text('keep/me/x')).toBe('x')
    }
  })

  test('no dump is written through a link, nor removed through one', async () => {
    using elsewhere = temporaryDirectory()
    database('app/db', { 'a.dump': 'a' })
    await world.run()
    await rm(at('dump/app'), { recursive: true })
    await mkdir(join(elsewhere.path, 'db'))
    await writeFile(join(elsewhere.path, 'db', 'a.dump'), 'a')
    await symlink(elsewhere.path, at('dump/app'))
    expect((await world.run()).map(({ code }) => code)).toEqual(['RANCHER.DUMP_PLACE'])
    expect(await readdir(join(elsewhere.path, 'db'))).toEqual(['a.dump'])
    world.platform.databases.delete('app/db')
    expect(await world.run()).toEqual([])
    expect(await readFile(join(elsewhere.path, 'db', 'a.dump'), 'utf8')).toBe('a')
  })

  test('names that lead out of the directory are refused', async () => {
    database('../x', { 'a.dump': 'a' })
    database('app/%2e%2e', { 'a.dump': 'a' })
    database('app/a%2Fb', { 'a.dump': 'a' })
    expect((await world.run()).map(({ code }) => code)).toEqual(['RANCHER.NAME', 'RANCHER.NAME', 'RANCHER.NAME'])
    expect(await files()).toEqual([])
  })

  test('modes and contents of what is there stay', async () => {
    await write('dump/app/notes.txt', 'mine')
    await chmod(at('dump/app'), 0o775)
    await chmod(at('dump/app/notes.txt'), 0o664)
    database('app/db', { 'a.dump': 'a' })
    await world.run()
    expect((await stat(at('dump/app'))).mode & 0o777).toBe(0o775)
    expect((await stat(at('dump/app/notes.txt'))).mode & 0o777).toBe(0o664)
  })

  test('a half dump that a dead run left goes, a proven one takes its place', async () => {
    database('app/db', { 'a.dump': 'old' })
    await world.run()
    await write('dump/app/db/.salvage-kit.part/files/a.dump', 'half')
    world.platform.databases.clear()
    world.standing.add('rancher:app/db')
    await world.run()
    expect(await files()).toEqual(['dump/app/db/a.dump'])
    expect(await text('dump/app/db/a.dump')).toBe('old')
    await write('dump/app/db/.salvage-kit.part/files/a.dump', 'new')
    await write('dump/app/db/.salvage-kit.part/complete', '{"a.dump":["a.dump"]}')
    await world.run()
    expect(await files()).toEqual(['dump/app/db/a.dump'])
    expect(await text('dump/app/db/a.dump')).toBe('new')
  })

  test('an abort leaves the former files', async () => {
    database('app/db', { 'a.dump': 'old' })
    await world.run()
    database('app/db', { 'a.dump': 'new' })
    const controller = new AbortController()
    const running = world.run(controller.signal)
    controller.abort(new Error('stopped'))
    await expect(running).rejects.toThrow('stopped')
    expect(await text('dump/app/db/a.dump')).toBe('old')
    expect(await files()).toEqual(['dump/app/db/a.dump'])
  })
})
