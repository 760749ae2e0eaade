import { isSalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { cattle, cattleAddress, chosenInstances, databases, environments, inventory } from '../../src/index.ts'
import type { FoundDatabases } from '../../src/index.ts'
import { inOrder, readIndex } from '../../src/template/index-file.ts'
import type { FaultInput } from '../simulator/fault.ts'
import { startSimulator } from '../simulator/server.ts'
import { service, world } from '../simulator/small-world.ts'
import type { WorldInput } from '../simulator/world.ts'

const PATIENCE = { connectMs: 2000, requestMs: 5000, attempts: 1, firstWaitMs: 1 }
const { signal } = new AbortController()
const ENTRIES = inOrder(
  readIndex('{pg: {regex: postgres, template: pg.yml}, my: {regex: mysql, template: my.yml, priority: 1}}', 'i'),
)

interface FindOptions {
  readonly wanted?: readonly string[]
  readonly path?: string
  readonly faults?: readonly FaultInput[]
}

async function found(
  input: WorldInput,
  { wanted = [], path = '', faults = [] }: FindOptions = {},
): Promise<FoundDatabases> {
  await using simulator = await startSimulator(input, { faults })
  const [key] = input.keys ?? []
  await using api = cattle(cattleAddress(`${simulator.origin}${path}`), { patience: PATIENCE, ...(key && { key }) })
  const all: FoundDatabases[] = []
  for (const environment of await environments(api, wanted, { signal }))
    all.push(databases(environment, await inventory(api, environment, { signal }), ENTRIES))
  return { databases: all.flatMap((one) => one.databases), problems: all.flatMap((one) => one.problems) }
}

async function refs(input: WorldInput, options?: Parameters<typeof found>[1]): Promise<readonly string[]> {
  return (await found(input, options)).databases.map(({ ref }) => ref)
}

const TWO: WorldInput = {
  projects: [
    { id: '1a5', name: 'Default', stacks: [{ id: '1st1', name: 'app', services: [service({})] }] },
    { id: '1a7', name: 'Test: one', stacks: [{ id: '1st2', name: 'app', services: [service({ id: 2 })] }] },
    { id: '1a9', name: 'Gone', state: 'inactive' },
  ],
  keys: [{ name: 'account', secret: 's' }],
}

test('the key of an account finds all environments, and their names stand in references', async () => {
  expect(await refs(TWO)).toEqual(['rancher:Default:app/db', 'rancher:Test%3A one:app/db'])
})

test('one environment, by the address or the key, needs no name; one that is chosen keeps its own', async () => {
  expect(await refs(TWO, { path: '/v1/projects/1a7' })).toEqual(['rancher:app/db'])
  expect(await refs(TWO, { wanted: ['Default'] })).toEqual(['rancher:Default:app/db'])
  expect(await refs({ ...TWO, keys: [{ name: 'key', secret: 's', project: '1a5' }] })).toEqual(['rancher:app/db'])
})

test('a key that may not list environments is of one', async () => {
  const faults = [{ path: '/projects?', what: { kind: 'status', status: 403 } }] as const
  expect(await refs({ ...TWO, keys: [{ name: 'key', secret: 's', project: '1a7' }] }, { faults })).toEqual([
    'rancher:app/db',
  ])
  await expect(found(TWO, { faults, wanted: ['Default'] })).rejects.toMatchObject({ code: 'RANCHER.ENVIRONMENT' })
})

test('an environment that is not there, or sleeps, is told', async () => {
  for (const name of ['Nowhere', 'Gone']) {
    const error: unknown = await found(TWO, { wanted: [name] }).catch((thrown: unknown) => thrown)
    expect(isSalvageError(error) && error.code).toBe('RANCHER.ENVIRONMENT')
  }
})

test.each([
  ['false', 1],
  ['FALSE', 1],
  ['0', 1],
  ['no', 1],
  ['off', 1],
  ['true', 0],
  ['True', 0],
  ['yes', 0],
  ['1', 0],
  ['', 0],
  ['maybe', 0],
])('backup.disable=%j', async (value, count) => {
  const { databases: all, problems } = await found(world([{ labels: { 'backup.disable': value } }]))
  expect(all).toHaveLength(count)
  expect(problems.map(({ code }) => code)).toEqual(['', 'maybe'].includes(value) ? ['RANCHER.DISABLE_UNUSUAL'] : [])
})

test.each([
  ['docker:postgres:9.6', undefined, 'pg'],
  ['docker:registry.mysql.example:5000/team/postgres@sha256:00', undefined, 'pg'],
  ['docker:registry.mysql.example/web:mysql', undefined, undefined],
  ['docker:postgres', 'mysql', 'my'],
  ['docker:anything', 'my', 'my'],
  ['docker:mysql-and-postgres', undefined, 'my'],
])('%s with the type %s is dumped by %s', async (image, type, entry) => {
  const labels = type === undefined ? {} : { 'backup.type': type }
  const { databases: all } = await found(world([{ image, labels }]))
  expect(all.map((one) => one.entry.name)).toEqual(entry === undefined ? [] : [entry])
})

test('a type that no template is for is told, and the image is not looked at', async () => {
  const { databases: all, problems } = await found(world([{ labels: { 'backup.type': 'none' } }]))
  expect(all).toEqual([])
  expect(problems).toMatchObject([{ code: 'RANCHER.TYPE_UNKNOWN' }])
})

const SIDE = { name: 'side', imageUuid: 'docker:mysql:5.7', environment: { A: 'b' } }

test('a sidekick is a target of its own, with its own containers', async () => {
  const primary = service({
    containers: [
      { id: '1i1', address: '10.0.0.1', sidekick: 'side' },
      { id: '1i2', address: '10.0.0.2' },
    ],
  })
  const { databases: all } = await found({
    projects: [
      {
        id: '1a5',
        name: 'Default',
        stacks: [{ id: '1st1', name: 'app', services: [{ ...primary, secondaryLaunchConfigs: [SIDE] }] }],
      },
    ],
    keys: [{ name: 'key', secret: 's', project: '1a5' }],
  })
  expect(all.map(({ ref, instances }) => [ref, instances.map(({ address }) => address)])).toEqual([
    ['rancher:app/db', ['10.0.0.2']],
    ['rancher:app/db/side', ['10.0.0.1']],
  ])
  expect(all[1]?.environment).toEqual({ A: 'b' })
})

test('a service that is off takes its sidekicks along, unless one says otherwise', async () => {
  const off = service({ labels: { 'backup.disable': 'true' } })
  const containers = [{ id: '1i1', address: '10.0.0.1', sidekick: 'side' }]
  for (const [labels, count] of [
    [undefined, 0],
    [{ 'backup.disable': 'false' }, 1],
  ] as const) {
    const side = { ...SIDE, ...(labels && { labels }) }
    const stacks = [{ id: '1st1', name: 'app', services: [{ ...off, containers, secondaryLaunchConfigs: [side] }] }]
    expect(await refs({ projects: [{ id: '1a5', name: 'D', stacks }] })).toHaveLength(count)
  }
})

test.each([
  ['active', 'running', 1, []],
  ['upgraded', 'running', 1, []],
  ['updating-active', 'updating-running', 1, []],
  ['active', 'stopped', 0, ['RANCHER.NO_INSTANCE']],
  ['upgraded', 'error', 0, ['RANCHER.NO_INSTANCE']],
  ['inactive', 'stopped', 0, []],
  ['inactive', 'running', 1, []],
  ['removing', 'running', 0, []],
] as const)('a service that is %s with a container that is %s', async (state, container, count, codes) => {
  const one = { ...service({ containers: [{ id: '1i1', state: container, address: '10.0.0.1' }] }), state }
  const stacks = [{ id: '1st1', name: 'app', services: [one] }]
  const { databases: all, problems } = await found({ projects: [{ id: '1a5', name: 'D', stacks }], keys: [] })
  expect(all).toHaveLength(count)
  expect(problems.map(({ code }) => code)).toEqual(codes)
})

test('other kinds of services are none', async () => {
  const stacks = [{ id: '1st1', name: 'app', services: [{ ...service({}), type: 'loadBalancerService' }] }]
  expect(await refs({ projects: [{ id: '1a5', name: 'D', stacks }] })).toEqual([])
})

test.each(['launchConfig', 'links', 'instanceIds', 'stackId', 'secondaryLaunchConfigs'])(
  'a service without %s spoils nothing',
  async (field) => {
    const all = await refs(world([{ without: [field] }, { id: 2, name: 'well' }]))
    expect(all).toContain('rancher:app/well')
  },
)

test('110 instances on two pages are 110 dumps where all are asked for, each in a folder of its own', async () => {
  const containers = Array.from({ length: 110 }, (_, at) => ({
    id: `1i${String(at + 1)}`,
    address: `10.0.0.${String(at)}`,
  }))
  const { databases: all } = await found({ ...world([{ containers }]), pageLimit: 100 })
  const [database] = all
  if (database === undefined) throw new Error('none')
  expect(new Set(chosenInstances(database, 'all').map(({ folder }) => folder)).size).toBe(110)
  expect(chosenInstances(database, 'first').map(({ instance }) => instance.id)).toEqual(['1i1'])
})
