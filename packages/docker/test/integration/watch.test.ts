import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { watchEngine } from '../../src/discovery/watch.ts'
import type { DockerEngine } from '../../src/engine.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'
import { cuttingProxy } from '../cutting-proxy.ts'
import { recordingProxy } from '../recording-proxy.ts'

const MARKER = 'docker:marker'
const service = [
  '--label=com.docker.compose.project=p',
  '--label=com.docker.compose.service=s',
  '--label=com.docker.compose.container-number=1',
]

describe.skipIf(!DOCKER)('a watch on a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  /** What is told while `work` is done: `TYPE WHAT WORKLOAD USES…`. */
  async function told(work: () => Promise<unknown>, engine: DockerEngine = on.engine): Promise<string[]> {
    await on.app('marker')
    const controller = new AbortController()
    const events: string[] = []
    let working: Promise<unknown> | undefined
    for await (const event of watchEngine(engine, { signal: controller.signal })) {
      if (event === 'ready') {
        working = work().then(() => on.cli('pause', 'marker'))
        continue
      }
      if (event.workload === MARKER) break
      expect(Math.abs(Date.parse(event.at) - Date.now())).toBeLessThan(60_000)
      events.push([event.type, event.what, event.workload, ...event.uses].join(' '))
    }
    controller.abort()
    await working
    return events
  }

  test('a container that was there before, under the id of the survey', async () => {
    await on.app('web', '--volume=d1:/data', '--volume=d2:/more:ro', ...service)
    const events = await told(async () => {
      for (const command of ['pause', 'unpause', 'stop', 'start', 'restart']) await on.cli(command, 'web')
    })
    const web = 'docker:p/s/1 docker:d1 docker:d2'
    expect(events.filter((event) => !event.includes(' kill '))).toEqual([
      `falling pause ${web}`,
      `rising unpause ${web}`,
      `falling die ${web}`,
      `falling stop ${web}`,
      `rising start ${web}`,
      `falling die ${web}`,
      `falling stop ${web}`,
      `rising start ${web}`,
      `rising restart ${web}`,
    ])
  })

  test('a new container, and what it uses', async () => {
    const events = await told(() => on.app('new1', '--volume=d1:/data'))
    expect(events).toEqual(['rising start docker:new1 docker:d1'])
  })

  test('one that is gone before anybody can look at it', async () => {
    // As if the engine answered late: by then it is removed.
    const late: DockerEngine = { ...on.engine, inspectContainer: async () => undefined }
    const events = await told(
      () => on.cli('run', '--rm', '--network=none', '--volume=d1:/data', IMAGE, 'touch', '/data/x'),
      late,
    )
    expect(events[0]).toMatch(/^rising start docker:\w+ docker:d1$/)
  })

  test('cranes are left out', async () => {
    const events = await told(() => on.app('vessel', '--label=salvage.entity=crane', '--volume=d1:/data'))
    expect(events).toEqual([])
  })

  test('nothing is lost between the start of the watch and the subscription', async () => {
    // Something happens at the very moment at which the stream is asked for.
    const eager: DockerEngine = {
      ...on.engine,
      async events(query, options) {
        if (query.untilMs === undefined) await on.app('early')
        return on.engine.events(query, options)
      },
    }
    expect(await told(async () => {}, eager)).toEqual(['rising start docker:early'])
  })

  test('a proxy that cuts a quiet stream hides nothing', async () => {
    await using proxy = await cuttingProxy(on.dockerd.socket, 500)
    await on.app('web', '--volume=d1:/data')
    const events = await told(
      async () => {
        await sleep(1500)
        await on.cli('pause', 'web')
        await sleep(1500)
        await on.cli('unpause', 'web')
        await sleep(1500)
      },
      dockerodeEngine({ host: proxy.host }),
    )
    expect(proxy.cuts()).toBeGreaterThan(2)
    expect(events).toEqual(['falling pause docker:web docker:d1', 'rising unpause docker:web docker:d1'])
  })

  test('begins with a few questions, however many containers there are', async () => {
    await using proxy = await recordingProxy(on.dockerd.socket)
    for (const name of ['a1', 'a2', 'a3', 'a4']) await on.cli('create', `--name=${name}`, IMAGE)
    // Who leaves leaves no connection open: the proxy could not end.
    for await (const event of watchEngine(dockerodeEngine({ host: proxy.host }), calm())) {
      expect(event).toBe('ready')
      break
    }
    expect(proxy.requests.length).toBeLessThanOrEqual(5)
  })

  test('throws when the engine goes away, so nobody takes silence for rest', async () => {
    const events = watchEngine(on.engine, calm())[Symbol.asyncIterator]()
    expect(await events.next()).toEqual({ done: false, value: 'ready' })
    const next = events.next()
    const broken = expect(next).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE', retryable: true })
    await on.dockerd.stop()
    await broken
    await on.dockerd.start()
  }, 120_000)

  test('an engine that is away', async () => {
    await on.dockerd.stop()
    const events = watchEngine(on.engine, calm())[Symbol.asyncIterator]()
    await expect(events.next()).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
    await on.dockerd.start()
  }, 120_000)
})
