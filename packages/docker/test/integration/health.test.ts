import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { act, quiescerOf } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const LIMIT = '--label=salvage.health.timeout'
/** Is healthy some time after each start. */
const SLOW = 'rm -f /tmp/ok; trap "exit 0" TERM; sleep 1; touch /tmp/ok; while :; do sleep 0.1; done'
/** Is healthy after its first start only. */
const ONCE = 'rm -f /tmp/ok; [ -e /ran ] || touch /ran /tmp/ok; trap "exit 0" TERM; while :; do sleep 0.1; done'

const service = (name: string): string[] => [
  '--label=com.docker.compose.project=shop',
  `--label=com.docker.compose.service=${name}`,
  '--label=com.docker.compose.container-number=1',
]

describe.skipIf(!DOCKER)('the health of containers that rise', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function checked(name: string, script: string, ...args: string[]): Promise<void> {
    const check = ['--health-cmd=test -e /tmp/ok', '--health-interval=200ms', '--health-retries=1', ...args]
    await on.cli('run', '--detach', '--network=none', `--name=${name}`, ...check, IMAGE, 'sh', '-c', script)
    await expect.poll(() => health(name), { timeout: 20_000 }).toBe('healthy')
  }

  async function health(name: string): Promise<string | undefined> {
    return (await on.engine.inspectContainer(name, calm()))?.health
  }

  /** What happened to both, in order. */
  async function order(sinceMs: number): Promise<string[]> {
    const untilMs = await on.engine.now(calm())
    const told: string[] = []
    for await (const { action, attributes } of await on.engine.events({ sinceMs, untilMs, actions: [] }, calm()))
      if (action === 'start' || action.startsWith('health_status'))
        told.push(`${attributes['name'] ?? ''} ${action.replace('health_status: ', '')}`)
    return told
  }

  test.each(['stop', 'pause'])('after a %s it is waited for', async (action) => {
    await checked('app1', SLOW, `--label=salvage.action=${action}`)
    const one = await act(on, 'app1')
    await one.hold()
    expect(await one.release()).toEqual([])
    expect(await one.healthy()).toEqual([])
    expect(await health('app1')).toBe('healthy')
  })

  test.each([
    ['one whose check fails', [], 'HEALTH.UNHEALTHY'],
    ['one whose check does not count yet', ['--health-start-period=1h'], 'HEALTH.TIMEOUT'],
  ])('%s is told when its time is over', async (_, args, code) => {
    await checked('app1', ONCE, `${LIMIT}=1500ms`, ...args)
    const one = await act(on, 'app1')
    await one.hold()
    expect(await one.release()).toEqual([])
    expect(await one.healthy()).toEqual([
      expect.objectContaining({ code, message: 'container app1 is not healthy again after 1s500ms' }),
    ])
  })

  test('one that was not healthy before, has no check, or is not to be waited for, needs only to be up', async () => {
    await on.app('plain')
    await on.app('ill', '--health-cmd=false', '--health-interval=200ms', '--health-retries=1')
    await checked('hasty', ONCE, `${LIMIT}=0s`)
    await expect.poll(() => health('ill'), { timeout: 20_000 }).toBe('unhealthy')
    for (const name of ['plain', 'ill', 'hasty']) {
      const one = await act(on, name)
      await one.hold()
      expect(await one.release()).toEqual([])
      expect(await one.healthy()).toEqual([])
    }
  })

  test('one that has ended, or is gone, is told at once', async () => {
    await checked('app1', SLOW)
    await on.app('app2')
    for (const name of ['app1', 'app2']) {
      const one = await act(on, name)
      await one.hold()
      await one.release()
      await on.cli('kill', name)
      if (name === 'app2') await on.cli('rm', name)
      expect(await one.healthy()).toMatchObject([{ code: 'HEALTH.ENDED', message: expect.stringContaining(name) }])
    }
  })

  test('what was at rest before is not asked', async () => {
    await on.app('app1')
    await on.cli('stop', 'app1')
    const one = await act(on, 'app1')
    await one.hold()
    await one.release()
    expect(await one.healthy()).toEqual([])
  })

  test('the wait is as long as the label says, or two minutes and the start period, and can be given up', async () => {
    await checked('app1', ONCE, '--health-start-period=90s')
    await checked('app2', ONCE, `${LIMIT}=20s`)
    const quiescer = quiescerOf(on, 'docker.stop')
    const token = await quiescer.prepare('docker:app1', {}, calm())
    expect(token).toMatchObject({ healthMs: 210_000 })
    expect(quiescer.healthPatienceMs?.(token)).toBeGreaterThan(210_000)
    expect(await quiescer.prepare('docker:app2', {}, calm())).toMatchObject({ healthMs: 20_000 })
    await quiescer.quiesce(token, calm())
    await quiescer.resume(token, { ...calm(), quiesced: 'yes' })
    const left = new AbortController()
    const waiting = quiescer.healthy?.(token, { signal: left.signal })
    left.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  describe('compose starts a container only when another is healthy', () => {
    const AFTER_DB = '--label=com.docker.compose.depends_on=db:service_healthy:false,cache:service_started:false'

    test('it is started then, and not before', async () => {
      await checked('db', SLOW, ...service('db'), '--health-start-period=1h')
      await on.app('web', ...service('web'), AFTER_DB)
      const [db, web] = [await act(on, 'db'), await act(on, 'web')]
      await web.hold()
      await db.hold()
      const since = await on.engine.now(calm())
      expect([await db.release(), await web.release()]).toEqual([[], []])
      expect(await order(since)).toEqual(['db start', 'db healthy', 'web start'])
    })

    test('when that one stays ill it is started all the same, and told', async () => {
      await checked('db', ONCE, ...service('db'), `${LIMIT}=1s`)
      await on.app('web', ...service('web'), AFTER_DB)
      const [db, web] = [await act(on, 'db'), await act(on, 'web')]
      await web.hold()
      await db.hold()
      expect([await db.release(), await web.release()]).toEqual([[], ['DOCKER.PROVIDER']])
      expect((await on.engine.inspectContainer('web', calm()))?.status).toBe('running')
    })

    test('one that is down, or is not checked, is not waited for; nor is a container that is up', async () => {
      await checked('db', ONCE, ...service('db'))
      await on.app('web', ...service('web'), AFTER_DB)
      const web = await act(on, 'web')
      await web.hold()
      await on.cli('stop', 'db')
      expect(await web.release()).toEqual([])
      await on.cli('start', 'db')
      expect(await web.release()).toEqual([])
    })
  })
})
