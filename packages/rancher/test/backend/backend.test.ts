import { describe, expect, test } from 'vitest'
import type { RancherSurvey } from '../../src/index.ts'
import { COMPOSE, world } from '../simulator/small-world.ts'
import type { WorldInput } from '../simulator/world.ts'
import { yard } from './yard.ts'

const SECRET = 'very-secret-word'
const postgres = { image: 'docker:postgres:9.6', env: { POSTGRES_PASSWORD: SECRET } }
const refs = ({ items }: RancherSurvey): readonly string[] => items.map(({ ref }) => ref)
const faultsOf = ({ problems }: RancherSurvey): readonly (readonly [string, string | undefined])[] =>
  problems.map(({ code, target }) => [code, target])

describe('what is found', () => {
  test('databases by our own recipes, stacks, and nothing of a secret in what plans hold', async () => {
    await using y = await yard(
      world([
        { ...postgres, id: 1 },
        { id: 2, name: 'web', image: 'docker:nginx:1' },
        { id: 3, name: 'cache', image: 'docker:redis:6' },
        { id: 4, name: 'exporter', image: 'docker:prom/mysqld-exporter' },
        { id: 5, name: 'named', image: 'docker:mycorp/thing', labels: { 'backup.type': 'mysql' } },
      ]),
    )
    const found = await y.survey()
    expect(refs(found)).toEqual(['rancher:app', 'rancher:app/db', 'rancher:app/named'])
    expect(faultsOf(found)).toEqual([['RANCHER.SERVER_LEFT', 'rancher-db:*']])
    expect(JSON.stringify(found)).not.toContain(SECRET)
    expect(await y.item('rancher:app')).toMatchObject({ kind: 'stack', several: true, names: { stack: 'app' } })
    expect(await y.item('rancher:app/db')).toMatchObject({
      kind: 'database',
      several: false,
      names: { stack: 'app', service: 'db' },
    })
  })

  test('each in an environment of its own, with the key of an account', async () => {
    const [project] = world([postgres]).projects
    if (project === undefined) throw new Error('no project')
    const two: WorldInput = {
      projects: [project, { ...project, id: '1a6', name: 'prod' }],
      keys: [{ name: 'key', secret: 'secret' }],
    }
    await using y = await yard(two)
    expect(refs(await y.survey())).toEqual([
      'rancher:Default:app',
      'rancher:Default:app/db',
      'rancher:prod:app',
      'rancher:prod:app/db',
    ])
    expect(await y.dump('rancher:prod:app/db')).toEqual({ 'all-databases.dump': 'SELECT 1;\n' })
    await using one = await yard(two, { environments: ['prod'] })
    expect(refs(await one.survey())).toEqual(['rancher:prod:app', 'rancher:prod:app/db'])
  })

  test('one environment that cannot be read stops no other', async () => {
    const [project] = world([postgres]).projects
    if (project === undefined) throw new Error('no project')
    const two: WorldInput = {
      projects: [project, { ...project, id: '1a6', name: 'prod' }],
      keys: [{ name: 'key', secret: 'secret' }],
    }
    await using y = await yard(two, {
      faults: [{ path: '/projects/1a5/services', what: { kind: 'status', status: 403 } }],
    })
    const found = await y.survey()
    expect(refs(found)).toEqual(['rancher:prod:app', 'rancher:prod:app/db'])
    expect(faultsOf(found)).toContainEqual(['RANCHER.FORBIDDEN', 'rancher:Default:*'])
  })

  test.each([
    ['RANCHER.UNAUTHORIZED', { key: { name: 'key', secret: 'wrong-secret' } }],
    ['RANCHER.ENVIRONMENT', { environments: ['nowhere'] }],
  ])('%s is a problem of all of it, and of nothing else', async (code, more) => {
    await using y = await yard(world([postgres]), {
      ...more,
      server: {
        serverDump: true,
        server: { host: 'db.example', port: 3306, user: 'cattle', password: () => SECRET, name: 'cattle' },
      },
    })
    const found = await y.survey()
    expect(refs(found)).toEqual(['rancher-db:cattle'])
    expect(faultsOf(found)).toContainEqual([code, 'rancher:*'])
    expect(JSON.stringify(found)).not.toMatch(/wrong-secret|very-secret/)
  })

  test('what cannot be dumped is told of that one alone', async () => {
    await using y = await yard(
      world([
        { ...postgres, id: 1 },
        { ...postgres, id: 2, name: 'down', containers: [{ id: '1i2', state: 'stopped', address: '10.42.0.2' }] },
        { ...postgres, id: 3, name: 'host', containers: [{ id: '1i3', address: null }] },
        { id: 4, name: 'file', image: 'docker:mysql:5.7', env: { MYSQL_ROOT_PASSWORD_FILE: '/run/secrets/x' } },
        { ...postgres, id: 5, name: 'none', labels: { 'backup.type': 'none' } },
        { ...postgres, id: 6, name: 'off', labels: { 'backup.disable': 'true' } },
        {
          ...postgres,
          id: 7,
          name: 'many',
          containers: [
            { id: '1i7', address: '10.42.0.7' },
            { id: '1i8', address: '10.42.0.8' },
          ],
        },
      ]),
    )
    const found = await y.survey()
    expect(refs(found)).toEqual(['rancher:app', 'rancher:app/db', 'rancher:app/many'])
    expect(faultsOf(found)).toEqual([
      ['RANCHER.NO_INSTANCE', 'rancher:app/down'],
      ['RANCHER.NO_ADDRESS', 'rancher:app/host'],
      ['RANCHER.TYPE_UNKNOWN', undefined],
      ['RANCHER.NO_PASSWORD', 'rancher:app/file'],
      ['RANCHER.SCALED', undefined],
      ['RANCHER.SERVER_LEFT', 'rancher-db:*'],
    ])
  })

  test('a stack without an export is told, with why', async () => {
    await using y = await yard(world([postgres], { system: true }))
    const found = await y.survey()
    expect(refs(found)).toEqual(['rancher:app/db'])
    expect(faultsOf(found)).toContainEqual(['RANCHER.NO_EXPORT', 'rancher:app'])
  })

  test('only what is asked for', async () => {
    await using y = await yard(world([postgres]), { databases: false, server: { serverDump: false } })
    expect(refs(await y.survey())).toEqual(['rancher:app'])
    await using other = await yard(world([postgres]), { stacks: false, server: { serverDump: false } })
    const found = await other.survey()
    expect([refs(found), found.problems]).toEqual([['rancher:app/db'], []])
  })
})

describe('what is dumped', () => {
  test('a database by the client of its own image, with its password in the environment alone', async () => {
    await using y = await yard(world([postgres]), { limitMs: 1000 })
    expect(await y.dump('rancher:app/db')).toEqual({ 'all-databases.dump': 'SELECT 1;\n' })
    const [{ job, options } = { job: undefined, options: undefined }] = y.jobs.ran
    expect(job).toMatchObject({ image: 'postgres:9.6', environment: { PGHOST: '10.42.0.1', PGPASSWORD: SECRET } })
    expect(JSON.stringify(job?.commands)).not.toContain(SECRET)
    expect(options).toEqual({ targetDirectory: '/backup/dump/app/db', limitMs: 1000, secrets: [SECRET] })
  })

  test('the two files of a stack, as the server writes them', async () => {
    await using y = await yard(world([postgres]))
    expect(await y.dump('rancher:app')).toEqual({
      'docker-compose.yml': COMPOSE.docker,
      'rancher-compose.yml': COMPOSE.rancher,
    })
  })

  test("Rancher's own database, by what settings say", async () => {
    const server = { host: 'db.example', port: 3307, user: 'cattle', password: () => SECRET, name: 'rancher' }
    await using y = await yard(world([]), {
      server: { serverDump: true, server },
      serverImage: 'own:1',
      result: () => ({ 'rancher.dump': 'x' }),
    })
    expect(await y.dump('rancher-db:rancher')).toEqual({ 'rancher.dump': 'x' })
    const job = y.jobs.ran[0]?.job
    expect(job).toMatchObject({ image: 'own:1', environment: { MYSQL_PWD: SECRET } })
    expect(job?.commands[0]?.argv).toEqual(expect.arrayContaining(['--host=db.example', '--port=3307', 'rancher']))
    expect(JSON.stringify(job?.commands)).not.toContain(SECRET)
  })

  test('each container of a service, under its own name, where all are asked for', async () => {
    const containers = [
      { id: '1i7', address: '10.42.0.7' },
      { id: '1i8', address: '10.42.0.8' },
    ]
    await using y = await yard(world([{ ...postgres, containers }]), { instances: 'all' })
    expect(await y.item('rancher:app/db')).toMatchObject({ several: true })
    expect(Object.keys(await y.dump('rancher:app/db'))).toEqual([
      'app-db-1i7.all-databases.dump',
      'app-db-1i8.all-databases.dump',
    ])
    expect(y.jobs.ran.map(({ options }) => options.targetDirectory)).toEqual([
      '/backup/dump/app/db/app-db-1i7',
      '/backup/dump/app/db/app-db-1i8',
    ])
  })

  test('nothing of a service that is another one by now', async () => {
    const input = world([postgres])
    await using y = await yard(input)
    const { token } = await y.item('rancher:app/db')
    for (const [now, why] of [
      [world([{ ...postgres, containers: [{ id: '1i9', address: '10.42.0.1' }] }]), 'other containers'],
      [world([{ ...postgres, image: 'docker:mysql:5.7' }]), 'it is a mysql now'],
      [world([{ ...postgres, containers: [] }]), 'no container of it runs'],
      [world([]), 'no such database'],
    ] as const) {
      await using later = await yard(now)
      const files = later.rancher.open(token, { signal: new AbortController().signal })[Symbol.asyncIterator]()
      await expect(files.next()).rejects.toMatchObject({
        code: 'RANCHER.CHANGED',
        retryable: true,
        why: expect.stringContaining(why),
      })
      expect(later.jobs.ran).toEqual([])
    }
  })

  test('many dumps read the lists once, not each for itself', async () => {
    await using y = await yard(world([postgres]))
    const { token } = await y.item('rancher:app/db')
    const before = y.simulator.requests.length
    for (let n = 0; n < 5; n += 1)
      for await (const file of y.rancher.open(token, { signal: new AbortController().signal })) file.content.resume()
    expect(y.simulator.requests.slice(before)).toEqual([])
  })
})
