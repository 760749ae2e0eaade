import { mkdirSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askStatus, triggerTide } from '../../src/index.ts'
import { configure, startDaemon } from '../daemon.ts'
import type { RunningDaemon } from '../daemon.ts'

const IMAGE = 'salvage-test/busybox'
const CRANE = 'salvage-test/crane'
/** The crane image of the docker package's own tests. */
const CRANE_FOLDER = fileURLToPath(new URL('../../../../packages/docker/test/images/crane', import.meta.url))
const EVERY_SECOND = '* * * * * *'
const RARELY = '0 0 1 1 *'
const { signal } = new AbortController()

describe.skipIf(!part('dockerd').available)('a daemon and an engine of its own', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  let daemons: RunningDaemon[]

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
    await cli('build', '--quiet', '--network=none', `--tag=${CRANE}`, CRANE_FOLDER)
  })
  afterAll(async () => engine[Symbol.asyncDispose]())
  beforeEach(() => {
    folder = temporaryDirectory()
    daemons = []
    mkdirSync(join(folder.path, 'store'))
  })
  afterEach(async () => {
    for (const daemon of daemons) await daemon[Symbol.asyncDispose]()
    await engine.start()
    const containers = await cli('ps', '--all', '--quiet')
    if (containers !== '') await cli('rm', '--force', ...containers.split('\n'))
    const volumes = await cli('volume', 'ls', '--quiet')
    if (volumes !== '') await cli('volume', 'rm', ...volumes.split('\n'))
    folder[Symbol.dispose]()
  })

  async function cli(...args: string[]): Promise<string> {
    return (await docker(engine.host, args)).trim()
  }
  async function root(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const all = Object.entries({ 'salvage.root': '', ...labels }).map(([key, value]) => `--label=${key}=${value}`)
    await cli('create', `--name=${name}`, '--network=none', ...all, IMAGE)
  }
  async function web(...args: string[]): Promise<void> {
    const command = ['sh', '-c', 'echo here > /data/file; trap "exit 0" TERM; sleep 86400 & wait']
    await cli('run', '--detach', '--name=web', '--network=none', '--volume=data:/data', ...args, IMAGE, ...command)
  }
  function configOf(more: object): object {
    return {
      machine: 'm',
      docker: { host: engine.host },
      stores: { here: `archive:${join(folder.path, 'store')}` },
      cranes: { copy: { image: CRANE, pull: 'never' } },
      ...more,
    }
  }
  function start(more: object = {}): RunningDaemon {
    const daemon = startDaemon({ folder: folder.path, config: configOf(more) })
    daemons.push(daemon)
    return daemon
  }
  test('runs the tides of labels, and takes up changed, new and removed ones without a restart', async () => {
    await web('--label=salvage.tide.d=g:data')
    await root('root', tideLabels('d', EVERY_SECOND))
    const daemon = start()
    expect(await daemon.next('tide.ended', 'd')).toMatchObject({ exitCode: 0 })
    expect(await cli('inspect', '--format={{.State.Status}}', 'web')).toBe('running')
    await cli('rm', '--force', 'root')
    await root('root', { ...tideLabels('d', RARELY), ...tideLabels('e', EVERY_SECOND) })
    await daemon.event((told) => told.type === 'tides.changed' && JSON.stringify(told['added']).includes('e'), 0)
    expect(await names(daemon)).toEqual(['d', 'e'])
    expect((await askStatus(daemon.socket, { signal })).tides[0]?.cron).toBe(RARELY)
    // Nothing belongs to it: told, survived.
    expect(await daemon.next('tide.ended', 'e')).toMatchObject({ exitCode: 2, finding: { code: 'TIDE.EMPTY' } })
    await cli('rm', '--force', 'root')
    await expect.poll(async () => names(daemon)).toEqual([])
  })

  test('a tide with wrong labels is a problem of its own; the others are run', async () => {
    await web('--label=salvage.tide.good=g:data')
    await root('root', { ...tideLabels('good', EVERY_SECOND), ...tideLabels('bad', '0 0 31 2 *') })
    const daemon = start()
    expect(await daemon.next('problem', 'bad')).toMatchObject({ finding: { code: 'TIDE.CRON' } })
    expect(await daemon.next('tide.ended', 'good')).toMatchObject({ exitCode: 0 })
    expect((await askStatus(daemon.socket, { signal })).problems).toMatchObject([{ code: 'TIDE.CRON', tide: 'bad' }])
  })

  test('a tide may say how long containers may take to be healthy', async () => {
    // Healthy the first time, and never again.
    const ill =
      'test -e /once && touch /ill; touch /once; echo here > /data/file; trap "exit 0" TERM; sleep 86400 & wait'
    const health = ['--health-cmd=test ! -e /ill', '--health-interval=1s', '--health-retries=1']
    await cli(
      'run',
      '--detach',
      '--name=web',
      '--network=none',
      '--volume=data:/data',
      ...health,
      IMAGE,
      'sh',
      '-c',
      ill,
    )
    const status = async (): Promise<string> => cli('inspect', '--format={{.State.Health.Status}}', 'web')
    await expect.poll(status, { timeout: 20_000 }).toBe('healthy')
    const daemon = start({
      tides: { d: { cron: RARELY, crane: 'copy', targets: ['docker:data'], healthTimeout: '2s' } },
    })
    await daemon.next('daemon.ready')
    await triggerTide(daemon.socket, 'd', { signal })
    const end = await daemon.next('tide.ended', 'd')
    expect(end['exitCode']).not.toBe(0)
    expect(JSON.stringify(end['report'])).toMatch(/"HEALTH\.[A-Z]+".*after 2s/)
  })

  test('an engine that goes away is told, and met again when it is back', async () => {
    await web('--label=salvage.tide.d=g:data', '--restart=always')
    await root('root', tideLabels('d', RARELY))
    const daemon = start()
    await daemon.next('daemon.ready')
    await engine.stop()
    expect(await daemon.next('problem')).toMatchObject({ finding: { code: 'DOCKER.UNREACHABLE' } })
    // What it knew stays scheduled, and a run waits for the engine.
    expect(await names(daemon)).toEqual(['d'])
    const tides = { f: { cron: RARELY, crane: 'copy', targets: ['docker:data'] } }
    configure({ folder: folder.path, config: configOf({ tides }) })
    daemon.signal('SIGHUP')
    await expect.poll(async () => names(daemon)).toEqual(['d', 'f'])
    await triggerTide(daemon.socket, 'd', { signal })
    expect(await daemon.next('tide.waiting', 'd')).toMatchObject({ finding: { code: 'PREFLIGHT.DOCKER' } })
    await engine.start()
    expect(await daemon.next('solved')).toMatchObject({ what: 'Docker' })
    expect(await daemon.next('tide.ended', 'd')).toMatchObject({ exitCode: 0 })
    await cli('rm', '--force', 'root')
    await root('root', tideLabels('e', RARELY))
    await expect.poll(async () => names(daemon), { timeout: 10_000 }).toEqual(['e', 'f'])
  })

  test('an engine that is away at the start is waited for: live, not ready, then both', async () => {
    await root('root', tideLabels('d', RARELY))
    await engine.stop()
    const daemon = start()
    expect(await daemon.next('problem')).toMatchObject({ finding: { code: 'DOCKER.UNREACHABLE' } })
    expect((await askStatus(daemon.socket, { signal })).problems).toMatchObject([{ code: 'DOCKER.UNREACHABLE' }])
    expect([await statusCode(daemon, '/healthz'), await statusCode(daemon, '/readyz')]).toEqual([200, 503])
    expect([await statusCode(daemon, '/nothing'), await statusCode(daemon, '/tides/d/run')]).toEqual([404, 405])
    await engine.start()
    await daemon.next('solved')
    expect(await statusCode(daemon, '/readyz')).toBe(200)
    await expect.poll(async () => names(daemon)).toEqual(['d'])
  })
})

function tideLabels(tide: string, cron: string): Readonly<Record<string, string>> {
  return {
    [`salvage.tides.${tide}.cron`]: cron,
    [`salvage.tides.${tide}.grouping`]: 'smart',
    [`salvage.tides.${tide}.crane`]: 'copy',
  }
}

async function names(daemon: RunningDaemon): Promise<readonly string[]> {
  return (await askStatus(daemon.socket, { signal })).tides.map(({ name }) => name)
}

async function statusCode({ socket }: RunningDaemon, path: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  get({ socketPath: socket, path }, (answer) => resolve(answer.resume().statusCode)).on('error', reject)
  return promise
}
