import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { world } from '../simulator/small-world.ts'
import type { ServiceInput } from '../simulator/small-world.ts'
import type { WorldInput } from '../simulator/world.ts'
import { filesIn, manifestIn, night } from './night.ts'
import type { Night, NightInput } from './night.ts'
import { weekLater } from './week-later.ts'
import { worldIn } from './world.ts'

const DAY_MS = 24 * 3_600_000
const postgres = { image: 'docker:postgres:9.6', env: { POSTGRES_PASSWORD: 'word' } }
const other = { ...postgres, id: 2, name: 'other' }
const all = [postgres, other]
const server = {
  serverDump: true,
  server: { host: 'db.example', port: 3306, user: 'cattle', password: () => 'word', name: 'cattle' },
} as const

let folder: ReturnType<typeof temporaryDirectory>
beforeEach(() => {
  folder = temporaryDirectory()
})
afterEach(() => folder[Symbol.dispose]())

const run = async (input: WorldInput, more?: NightInput): Promise<Night> => night(folder.path, input, more)
const files = (): readonly string[] => filesIn(folder.path)
const later = (ms?: number): void => weekLater(folder.path, ms)

/** In the part of a dead run. */
const part = (path: string): string => join(folder.path, 'dump/app/db/.salvage-kit.part', path)

/** One database in containers of these states. */
const containers = (...states: readonly string[]): WorldInput =>
  world([{ ...postgres, containers: states.map((state, at) => ({ id: `1i${at}`, address: `10.42.0.${at}`, state })) }])

/** Two environments, each with one stack and one database. */
function two(second: Partial<WorldInput['projects'][number]> = {}): WorldInput {
  const [project] = world([postgres]).projects
  if (project === undefined) throw new Error('no project')
  return {
    projects: [project, { ...project, id: '1a6', name: 'prod', ...second }],
    keys: [{ name: 'key', secret: 'secret' }],
  }
}

/** Whatever happens, and however often: the dumps of before stay. */
async function stays(input: WorldInput, more?: NightInput): Promise<Night> {
  const before = files()
  let told = await run(input, more)
  for (let n = 0; n < 2; n += 1) {
    later()
    told = await run(input, more)
  }
  expect(files()).toEqual(expect.arrayContaining([...before]))
  return told
}

describe('a dump is removed', () => {
  test('when its service has been absent for seven days, and not before', async () => {
    await run(world(all))
    await run(world([postgres]))
    expect(files()).toContain('dump/app/other/all-databases.dump')
    later(6 * DAY_MS)
    await run(world([postgres]))
    expect(files()).toContain('dump/app/other/all-databases.dump')
    later(DAY_MS)
    expect((await run(world([postgres]))).found).toEqual([])
    expect(files()).toEqual([
      'dump/app/db/all-databases.dump',
      'rancher/app/docker-compose.yml',
      'rancher/app/rancher-compose.yml',
    ])
  })

  test('but the days begin anew when it was there in between', async () => {
    await run(world(all))
    await run(world([postgres]))
    later()
    await run(world(all))
    expect(manifestIn(folder.path)).not.toContain('goneSince')
    await run(world([postgres]))
    expect(files()).toContain('dump/app/other/all-databases.dump')
  })
})

describe('no dump is removed', () => {
  test('when nothing says where the API is, and that is told', async () => {
    await run(world(all), { server })
    expect((await stays(world(all), { server, withoutApi: true })).found).toEqual(['RANCHER.NOT_LOOKED'])
    rmSync(join(folder.path, '.salvage-kit'), { recursive: true })
    expect(await run(world(all), { server, withoutApi: true })).toMatchObject({
      found: [],
      warned: ['RANCHER.NOT_LOOKED'],
    })
  })

  test('when the server answers with nothing at all', async () => {
    await run(world(all))
    await stays({
      projects: [{ id: '1a5', name: 'Default' }],
      keys: [{ name: 'key', secret: 'secret', project: '1a5' }],
    })
  })

  test('when another environment answers', async () => {
    await run(world(all))
    const [project] = world([{ ...postgres, name: 'new' }]).projects
    if (project === undefined) throw new Error('no project')
    await stays({
      projects: [{ ...project, id: '1a9' }],
      keys: [{ name: 'key', secret: 'secret', project: '1a9' }],
    })
  })

  test.each<readonly [string, WorldInput, NightInput]>([
    ['sleeps', two({ state: 'inactive' }), {}],
    ['is not asked for any more', two(), { environments: ['Default'] }],
    ['is empty', two({ stacks: [] }), {}],
  ])('when its environment %s; nor does any other move', async (_, input, more) => {
    await run(two())
    expect(files()).toHaveLength(6)
    const before = files()
    await stays(input, more)
    expect(files()).toEqual(before)
  })

  test('when Rancher lists something that nobody can read, which is told as lost', async () => {
    await run(world(all))
    const odd: readonly ServiceInput[] = [postgres, { ...other, without: ['name'] }]
    expect((await stays(world(odd))).found).toEqual(['RANCHER.ODD'])
  })

  test('when its service is skipped', async () => {
    await run(world(all))
    expect((await stays(world([postgres, { ...other, containers: [] }]))).found).toEqual(['RANCHER.NO_INSTANCE'])
  })

  test('of a container that Rancher has and that does not run, which is told; of one that is gone, after its days', async () => {
    const stopped = 'dump/app/db/app-db-1i1/all-databases.dump'
    await run(containers('running', 'running'), { instances: 'all' })
    expect(files()).toContain(stopped)
    expect((await stays(containers('running', 'stopped'), { instances: 'all' })).found).toEqual([
      'RANCHER.INSTANCE_LEFT',
    ])
    expect((await run(containers('running'), { instances: 'all' })).found).toEqual([])
    expect(files()).toContain(stopped)
    later()
    await run(containers('running'), { instances: 'all' })
    expect(files()).not.toContain(stopped)
  })

  test('when the new one cannot take its place', async () => {
    const w = worldIn(folder.path)
    w.platform.databases.set('app/db', { files: new Map([['old.dump', 'old']]) })
    await w.run()
    mkdirSync(join(folder.path, 'dump/app/db/new.dump/x'), { recursive: true })
    w.platform.databases.set('app/db', { files: new Map([['new.dump', 'new']]) })
    w.platform.databases.set('app/other', { files: new Map([['o.dump', 'o']]) })
    const first = await w.run()
    expect(first.map(({ code }) => code)).toEqual(['RANCHER.DUMP_PLACE', 'RANCHER.PART_STAYS'])
    expect(files()).toEqual(expect.arrayContaining(['dump/app/db/old.dump', 'dump/app/other/o.dump']))
    // The next run is none the worse for it, and heals when the way is free.
    expect((await w.run()).map(({ code }) => code)).toContain('RANCHER.DUMP_PLACE')
    rmSync(join(folder.path, 'dump/app/db/new.dump'), { recursive: true })
    expect(await w.run()).toEqual([])
    expect(files()).toEqual(['dump/app/db/new.dump', 'dump/app/other/o.dump'])
  })
})

describe('what a dead run left', () => {
  test('a marker that is none stops nothing: it is told, and the next dump of that folder takes its place', async () => {
    await run(world([postgres]))
    mkdirSync(part('files'), { recursive: true })
    writeFileSync(part('complete'), '{')
    const { found } = await run(world(all))
    expect(found).toEqual(['RANCHER.PART_STAYS'])
    expect((await run(world(all))).found).toEqual([])
    expect(files()).toHaveLength(4)
  })

  test('between the proof and the manifest is in the manifest when it takes its place, and goes in its time', async () => {
    await run(world(all))
    const manifest: { readonly files: readonly { readonly path: string }[] } = JSON.parse(manifestIn(folder.path))
    const [file] = manifest.files
    const sha256 = createHash('sha256').update('newer').digest('hex')
    mkdirSync(part('files'), { recursive: true })
    writeFileSync(part('files/x.dump'), 'newer')
    const marked = { ...file, path: undefined, name: 'x.dump', to: ['x.dump'], bytes: 5, sha256 }
    writeFileSync(part('complete'), JSON.stringify({ version: 2, files: [marked] }))
    const gone = world([other])
    await run(gone)
    expect(files()).toContain('dump/app/db/x.dump')
    expect(manifestIn(folder.path)).toContain(sha256)
    later()
    await run(gone)
    expect(files().filter((path) => path.startsWith('dump/'))).toEqual(['dump/app/other/all-databases.dump'])
  })
})

test('what jobs leave when they are killed is labelled with the run', async () => {
  const { jobs } = await run(world([postgres]), { server, runId: 'run-1' })
  expect(jobs.map(({ options }) => options.runId)).toEqual(['run-1', 'run-1'])
})

test('environments of one name are told apart by their ids', async () => {
  const { found, jobs } = await run(two({ name: 'Default' }))
  expect(found).toEqual([])
  expect(jobs).toHaveLength(2)
  expect(files().filter((file) => file.startsWith('dump/'))).toEqual([
    'dump/1a5/app/db/all-databases.dump',
    'dump/1a6/app/db/all-databases.dump',
  ])
})

test('one environment of an account has no folder, as it always was', async () => {
  await run({ ...world([postgres]), keys: [{ name: 'key', secret: 'secret' }] })
  expect(files()).toContain('dump/app/db/all-databases.dump')
})
