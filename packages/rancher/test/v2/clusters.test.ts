import { expect, test } from 'vitest'
import { BEARER, failure, pair } from './pair.ts'

const { signal } = new AbortController()
const PROJECTS = [
  { id: 'p-1', name: 'Default', namespaces: ['default', 'shop'] },
  { id: 'p-2', name: 'Blog', namespaces: ['blog'] },
]

test('a cluster is found by id and by name; a name of two is no name', async () => {
  const clusters = ['c-m-1', 'c-m-2', 'local'].map((id, at) => ({ id, name: ['prod', 'prod', 'local'][at] ?? '' }))
  await using here = await pair({ clusters })
  expect(await here.api.cluster('c-m-2', { signal })).toEqual({ id: 'c-m-2', name: 'prod', findings: [] })
  expect(await here.api.cluster('local', { signal })).toEqual({ id: 'local', name: 'local', findings: [] })
  expect(await failure(here.api.cluster('prod', { signal }))).toMatchObject({
    code: 'RANCHER.CLUSTER',
    hint: expect.stringContaining('c-m-1, c-m-2'),
  })
  expect(await failure(here.api.cluster('prd', { signal }))).toMatchObject({
    code: 'RANCHER.CLUSTER',
    hint: expect.stringContaining('prod (c-m-1)'),
  })
})

test('what this token may not see is not there', async () => {
  const clusters = ['c-m-1', 'c-m-2'].map((id) => ({ id, name: id }))
  await using here = await pair({ clusters, tokens: [{ bearer: BEARER, sees: ['c-m-1'] }] })
  expect((await here.api.clusters({ signal })).clusters.map(({ id }) => id)).toEqual(['c-m-1'])
  expect(await failure(here.api.cluster('c-m-2', { signal }))).toMatchObject({ code: 'RANCHER.CLUSTER' })
})

test('a cluster whose agent is away is told of beside the others, and the proxy is not asked', async () => {
  await using here = await pair({
    clusters: [
      { id: 'c-m-1', name: 'good' },
      { id: 'c-m-2', name: 'lost', state: 'unavailable', agent: 'disconnected' },
      { id: 'c-m-3', name: 'new', state: 'provisioning', agent: 'unprovisioned', transitioningMessage: 'waiting' },
    ],
  })
  const found = await here.api.clusters({ signal })
  expect(found.clusters.map(({ name, away }) => [name, away?.code])).toEqual([
    ['good', undefined],
    ['lost', 'RANCHER.CLUSTER_AWAY'],
    ['new', 'RANCHER.CLUSTER_AWAY'],
  ])
  const lost = await here.api.cluster('lost', { signal })
  expect(() => here.api.connection(lost)).toThrow(/lost \(c-m-2\), which is unavailable/)
  expect(here.simulator.requests.filter((request) => request.includes('/k8s/'))).toEqual([])
})

test('a connection is plain Kubernetes at an address of the server, and no kubeconfig is made for it', async () => {
  await using here = await pair({ clusters: [{ id: 'c-m-1', name: 'prod' }] })
  const { server, authorization, ca } = here.api.connection(await here.api.cluster('prod', { signal }))
  expect({ server, ca }).toEqual({ server: `${here.simulator.origin}/k8s/clusters/c-m-1`, ca: undefined })
  expect(await authorization()).toBe(`Bearer ${BEARER}`)
  here.setToken('token-new:y2')
  expect(await authorization()).toBe('Bearer token-new:y2')
  expect(here.simulator.minted()).toBe(0)
})

test('a token of one cluster reaches that one by its id', async () => {
  const clusters = [
    { id: 'c-m-1', name: 'prod' },
    { id: 'c-m-2', name: 'lost', agent: 'disconnected' as const, waitMs: 20 },
  ]
  await using here = await pair({ clusters, tokens: [{ bearer: BEARER, clusterId: 'c-m-1' }] })
  expect(await here.api.cluster('c-m-1', { signal })).toMatchObject({ id: 'c-m-1', name: 'c-m-1' })
  expect(await failure(here.api.cluster('prod', { signal }))).toMatchObject({ code: 'RANCHER.UNAUTHORIZED' })
  expect(await failure(here.api.cluster('c-m-2', { signal }))).toMatchObject({ code: 'RANCHER.UNAUTHORIZED' })
  here.simulator.world.tokens.splice(0, 1, { bearer: BEARER, clusterId: 'c-m-2', expiresAt: '' })
  expect(await here.api.cluster('c-m-2', { signal })).toMatchObject({
    away: { code: 'RANCHER.CLUSTER_AWAY', why: expect.stringContaining('cluster agent disconnected') },
  })
})

test('projects are found by id and name with all of their namespaces, without those that are going', async () => {
  const many = Array.from({ length: 2500 }, (_, at) => `n${String(at).padStart(4, '0')}`)
  await using here = await pair({
    clusters: [
      {
        id: 'c-m-1',
        name: 'prod',
        projects: [...PROJECTS, { id: 'p-3', name: 'Many', namespaces: many }],
        otherNamespaces: [{ name: 'going', state: 'removing' }, { name: 'free' }],
      },
      { id: 'c-m-2', name: 'other', projects: [{ id: 'p-9', name: 'Blog', namespaces: ['elsewhere'] }] },
    ],
    pageLimit: 1000,
  })
  const cluster = await here.api.cluster('prod', { signal })
  expect((await here.api.projects(cluster, { signal })).projects.map(({ name }) => name)).toEqual([
    'Blog',
    'Default',
    'Many',
  ])
  const of = async (...projects: readonly string[]): Promise<readonly string[]> =>
    (await here.api.namespaces(cluster, projects, { signal })).namespaces
  expect(await of('Blog', 'Default')).toEqual(['blog', 'default', 'shop'])
  expect(await of('p-1', 'c-m-1:p-1', 'Default')).toEqual(['default', 'shop'])
  expect(await of('Many')).toEqual(many)
  expect(await failure(of('Blgo'))).toMatchObject({ code: 'RANCHER.PROJECT', hint: expect.stringContaining('Blog') })
})

test('two projects of one name are told apart by their ids only', async () => {
  const projects = [...PROJECTS, { id: 'p-3', name: 'Blog', namespaces: ['diary'] }]
  await using here = await pair({ clusters: [{ id: 'c-m-1', name: 'prod', projects }] })
  const cluster = await here.api.cluster('prod', { signal })
  expect(await failure(here.api.namespaces(cluster, ['Blog'], { signal }))).toMatchObject({
    code: 'RANCHER.PROJECT',
    hint: expect.stringContaining('c-m-1:p-2, c-m-1:p-3'),
  })
  expect(await here.api.namespaces(cluster, ['p-3'], { signal })).toEqual({
    namespaces: ['diary'],
    findings: [],
  })
})

test('what is listed in another shape is told of and left out', async () => {
  const body = JSON.stringify({
    data: [
      { id: 'shop', projectId: 'c-m-1:p-1' },
      { id: 'strange', projectId: 7 },
    ],
  })
  await using here = await pair(
    { clusters: [{ id: 'c-m-1', name: 'prod', projects: PROJECTS }] },
    { faults: [{ path: '/namespaces', what: { kind: 'body', body } }] },
  )
  const cluster = await here.api.cluster('prod', { signal })
  const odd = { code: 'RANCHER.ODD', message: expect.stringContaining('strange') }
  expect(await here.api.namespaces(cluster, ['Default'], { signal })).toEqual({ namespaces: ['shop'], findings: [odd] })
  expect((await here.api.projects(cluster, { signal })).findings).toEqual([odd])
  expect(await failure(here.api.namespaces(cluster, ['Blog'], { signal }))).toMatchObject({
    code: 'RANCHER.PROJECT',
    hint: expect.stringContaining('strange'),
  })
})

test('a cluster that is listed in another shape is told of where it could be the one that is meant', async () => {
  const body = JSON.stringify({
    data: [
      { id: 'c-m-1', name: 'prod' },
      { id: 'c-m-9', name: { strange: true } },
    ],
  })
  await using here = await pair(
    { clusters: [{ id: 'c-m-1', name: 'prod' }] },
    { faults: [{ path: '/v3/clusters', what: { kind: 'body', body } }] },
  )
  const odd = { code: 'RANCHER.ODD', message: expect.stringContaining('a cluster that is not as its API says') }
  expect(await here.api.clusters({ signal })).toMatchObject({ clusters: [{ id: 'c-m-1' }], findings: [odd] })
  expect((await here.api.cluster('prod', { signal })).findings).toEqual([odd])
  expect((await here.api.cluster('c-m-1', { signal })).findings).toEqual([])
  expect(await failure(here.api.cluster('strange', { signal }))).toMatchObject({
    code: 'RANCHER.CLUSTER',
    hint: expect.stringContaining('c-m-9'),
  })
})

test('a project without a namespace is an error and never a run of nothing', async () => {
  const projects = [...PROJECTS, { id: 'p-3', name: 'Empty' }]
  await using here = await pair({ clusters: [{ id: 'c-m-1', name: 'prod', projects }] })
  const cluster = await here.api.cluster('prod', { signal })
  expect(await failure(here.api.namespaces(cluster, ['Blog', 'Empty'], { signal }))).toMatchObject({
    code: 'RANCHER.PROJECT',
    message: 'the project "Empty" (c-m-1:p-3) has no namespace',
  })
})
