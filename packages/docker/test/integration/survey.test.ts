import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Survey, Workload } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { docker } from '../../src/docker.ts'
import { surveyEngine } from '../../src/discovery/survey.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'
import { recordingProxy } from '../recording-proxy.ts'

const STOP = { quiescer: 'docker.stop', settings: {} }
const project = (name: string): string => `--label=com.docker.compose.project=${name}`
const service = (name: string, number = 1): string[] => [
  project('p1'),
  `--label=com.docker.compose.service=${name}`,
  `--label=com.docker.compose.container-number=${String(number)}`,
]

describe.skipIf(!DOCKER)('a survey of a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const look = (): Promise<Survey> => surveyEngine(on.engine, calm())
  async function workload(id: string): Promise<Workload | undefined> {
    return (await look()).workloads.find((one) => one.id === id)
  }

  test('a container with a volume, as it is', async () => {
    await on.app('web', '--volume=d1:/data', '--volume=d2:/more:ro', project('p1'))
    expect(await look()).toEqual({
      targets: ['d1', 'd2'].map((name) => ({
        ref: `docker:${name}`,
        source: {
          medium: 'docker-volume',
          name,
          createdAt: expect.any(String),
          hostPath: expect.stringMatching(`/volumes/${name}/_data$`),
          hostIdentity: expect.stringMatching(/^\d+-\d+$/),
        },
        tides: [],
      })),
      workloads: [
        {
          id: 'docker:web',
          name: 'web',
          state: 'running',
          project: 'p1',
          uses: ['docker:d1', 'docker:d2'],
          writes: [expect.stringMatching('/volumes/d1/_data$')],
          dependsOn: [],
          quiesce: [STOP],
          down: STOP,
        },
      ],
      problems: [],
    })
  })

  test('states', async () => {
    for (const name of ['up1', 'paused1', 'down1']) await on.app(name)
    await on.cli('create', '--name=new1', IMAGE)
    await on.cli('pause', 'paused1')
    await on.cli('stop', 'down1')
    await on.cli('run', '-d', '--name=loop1', '--network=none', '--restart=always', IMAGE, 'false')
    const states = new Map((await look()).workloads.map(({ name, state }) => [name, state]))
    expect(Object.fromEntries(states)).toEqual({
      up1: 'running',
      paused1: 'paused',
      down1: 'stopped',
      new1: 'stopped',
      loop1: 'running',
    })
  })

  test('tides by labels: own project, exact names, carriers in any state, what is missing', async () => {
    await on.cli(
      'volume',
      'create',
      '--label=com.docker.compose.project=p1',
      '--label=com.docker.compose.volume=data',
      'p1_data',
    )
    await on.cli('volume', 'create', 'plain')
    await on.cli('create', '--name=carrier', project('p1'), '--label=salvage.tide.d=data, g:plain , g:missing', IMAGE)
    await on.cli('create', '--name=other', '--label=salvage.tide.e=g:p1_data', IMAGE)
    const { targets, problems } = await look()
    expect(targets.map(({ ref, tides, project: of }) => ({ ref, tides, of }))).toEqual([
      { ref: 'docker:p1_data', tides: ['d', 'e'], of: 'p1' },
      { ref: 'docker:plain', tides: ['d'], of: undefined },
    ])
    expect(problems).toEqual([
      expect.objectContaining({ code: 'LABEL.VOLUME_UNKNOWN', tide: 'd', target: 'docker:missing' }),
    ])
  })

  test('the root container, cranes and those that are told to stay', async () => {
    await on.app('root', '--label=salvage.root=false', '--label=salvage.tide.d=g:d1', '--volume=d1:/data')
    await on.app('vessel', '--label=salvage.entity=crane', '--volume=d1:/data')
    await on.app('told', '--label=salvage.action=ignore', '--volume=d1:/data')
    const { targets, workloads } = await look()
    expect(targets[0]?.tides).toEqual(['d'])
    expect(workloads.map(({ name }) => name)).toEqual(['root', 'told'])
    expect(workloads[0]).toMatchObject({
      uses: ['docker:d1'],
      quiesce: [],
      left: expect.stringContaining('salvage.root'),
    })
    expect(workloads[0]?.down).toBeUndefined()
    expect(workloads[1]).toMatchObject({ quiesce: [], left: expect.stringContaining('salvage.action=ignore') })
  })

  test('what must not be stopped is refused, and only that', async () => {
    await on.app('gone-after', '--rm', '--volume=d1:/data')
    await on.app('gone-paused', '--rm', '--label=salvage.action=pause', '--volume=d1:/data')
    await on.app('task', '--label=com.docker.swarm.task.id=x', '--volume=d1:/data')
    await on.app('task-left', '--label=com.docker.swarm.task.id=y', '--label=salvage.action=ignore')
    await on.app('wrong', '--label=salvage.action=Stop', '--volume=d1:/data')
    expect((await workload('docker:gone-after'))?.refused).toMatchObject({ code: 'DOCKER.AUTO_REMOVE' })
    expect(await workload('docker:gone-paused')).toMatchObject({
      quiesce: [{ quiescer: 'docker.pause', settings: {} }],
    })
    expect((await workload('docker:task'))?.refused).toMatchObject({ code: 'DOCKER.SWARM_TASK' })
    expect(await workload('docker:task-left')).toMatchObject({ left: expect.any(String) })
    expect((await workload('docker:wrong'))?.refused).toMatchObject({
      code: 'LABEL.ACTION',
      message: 'container wrong, label salvage.action: "Stop" is no action',
      hint: 'did you mean "stop"?',
    })
    for (const one of (await look()).workloads) expect(one.refused === undefined || one.quiesce.length === 0).toBe(true)
  })

  test('a label that means nothing is a warning', async () => {
    await on.app('web', '--label=salvage.comand.pre=true')
    expect((await look()).problems).toEqual([
      {
        code: 'LABEL.UNKNOWN',
        message: 'container web, label salvage.comand.pre: it means nothing',
        hint: 'did you mean "salvage.command.pre"?',
      },
    ])
  })

  test('dependencies: depends_on, shared namespaces, links and volumes of others', async () => {
    await on.app('p1-db-1', ...service('db'), '--volume=d1:/data')
    await on.app('p1-cache-1', ...service('cache'))
    await on.app(
      'p1-web-1',
      ...service('web'),
      '--label=com.docker.compose.depends_on=db:service_healthy:false,cache:service_started:true,lost',
    )
    await on.app('p1-web-2', ...service('web', 2), '--label=com.docker.compose.depends_on=db')
    await on.cli('run', '-d', '--name=side', '--network=container:p1-db-1', '--pid=container:p1-cache-1', IMAGE)
    await on.app('borrower', '--volumes-from=p1-db-1:ro')
    const { workloads } = await look()
    expect(Object.fromEntries(workloads.map(({ id, dependsOn }) => [id, dependsOn]))).toEqual({
      'docker:borrower': ['docker:p1/db/1'],
      'docker:p1/cache/1': [],
      'docker:p1/db/1': [],
      'docker:p1/web/1': ['docker:p1/cache/1', 'docker:p1/db/1'],
      'docker:p1/web/2': ['docker:p1/db/1'],
      'docker:side': ['docker:p1/cache/1', 'docker:p1/db/1'],
    })
    expect(workloads.find(({ id }) => id === 'docker:borrower')?.uses).toEqual(['docker:d1'])
  })

  test('two containers of one service and number: the one that is up bears the id', async () => {
    await on.app('old-db', ...service('db'))
    await on.cli('stop', 'old-db')
    await on.app('new-db', ...service('db'))
    await on.app('p1-db-run', ...service('db'), '--label=com.docker.compose.oneoff=True')
    expect((await look()).workloads.map(({ id, name }) => [id, name])).toEqual([
      ['docker:old-db', 'old-db'],
      ['docker:p1-db-run', 'p1-db-run'],
      ['docker:p1/db/1', 'new-db'],
    ])
  })

  test('a bind mount of the directory of a volume uses the volume', async () => {
    await on.cli('volume', 'create', 'd1')
    const path = await on.cli('volume', 'inspect', '--format={{.Mountpoint}}', 'd1')
    await on.app('sneaky', `--volume=${path}:/data`)
    expect((await workload('docker:sneaky'))?.uses).toEqual(['docker:d1'])
  })

  test('a host path stands there only when the content does, also while nothing uses the volume', async () => {
    using folder = temporaryDirectory()
    const bound = join(folder.path, 'bound')
    mkdirSync(bound)
    writeFileSync(join(bound, 'file'), 'x')
    await on.cli('volume', 'create', 'plain')
    await on.cli('volume', 'create', '-o=type=none', '-o=o=bind', `-o=device=${bound}`, 'bound')
    await on.cli('volume', 'create', '-o=type=none', '-o=o=bind', `-o=device=${folder.path}/not-there`, 'lost')
    await on.cli('volume', 'create', '-o=type=tmpfs', '-o=device=tmpfs', 'memory')
    // While a container uses them, their mount points show content; after its stop they do not.
    await on.app('user', '--volume=bound:/bound', '--volume=memory:/memory')
    const expected = {
      'docker:bound': bound,
      'docker:lost': undefined,
      'docker:memory': undefined,
      'docker:plain': expect.stringMatching('/volumes/plain/_data$'),
    }
    expect(pathsIn(await look())).toEqual(expected)
    await on.cli('stop', 'user')
    expect(pathsIn(await look())).toEqual(expected)
    expect((await on.engine.info(calm())).name).toBe(hostname())
  })

  test('asks with GET requests only', async () => {
    await on.app('web', '--volume=d1:/data', '--label=salvage.tide.d=g:d1', '--label=salvage.command.pre=true')
    await on.app('root', '--label=salvage.root=')
    await using proxy = await recordingProxy(on.dockerd.socket)
    const survey = await docker({ host: proxy.host }).discovery?.survey(calm())
    expect(survey?.workloads).toHaveLength(2)
    expect(proxy.requests.length).toBeGreaterThan(4)
    expect(proxy.requests.filter((request) => !request.startsWith('GET '))).toEqual([])
  })

  test('a container that goes away meanwhile is left out', async () => {
    for (let index = 0; index < 5; index += 1) await on.app(`short${String(index)}`)
    const surveys = Array.from({ length: 5 }, look)
    const removed = on.cli('rm', '--force', ...Array.from({ length: 5 }, (_, index) => `short${String(index)}`))
    for (const { workloads } of await Promise.all(surveys)) expect(workloads.length).toBeLessThanOrEqual(5)
    await removed
    expect((await look()).workloads).toEqual([])
  })
})

function pathsIn({ targets }: Survey): object {
  return Object.fromEntries(
    targets.map(({ ref, source }) => [ref, source.medium === 'docker-volume' ? source.hostPath : '']),
  )
}

test('an engine that is not there', async () => {
  using folder = temporaryDirectory()
  const away = docker({ host: `unix://${join(folder.path, 'no.sock')}` })
  await expect(away.discovery?.survey(calm())).rejects.toMatchObject({
    code: 'DOCKER.UNREACHABLE',
    retryable: true,
    hint: expect.any(String),
  })
})
