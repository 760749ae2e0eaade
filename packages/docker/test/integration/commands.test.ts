import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { act, quiescerOf, story } from '../acts.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const PRE = '--label=salvage.command.pre'
const POST = '--label=salvage.command.post'
const CODES = '--label=salvage.command.exitcode'

describe.skipIf(!DOCKER)('commands in containers', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  async function status(name: string): Promise<string> {
    return (await on.engine.inspectContainer(name, calm()))?.status ?? 'gone'
  }

  test.each([
    ['sh -c "exit 0"', undefined, true],
    ['sh -c "exit 3"', undefined, false],
    ['sh -c "exit 3"', 'ignore', true],
    ['sh -c "exit 3"', 'fail', false],
    ['sh -c "exit 0"', 'stop', true],
    ['sh -c "exit 3"', 'stop', false],
    // A bare list names the codes that stop the backup.
    ['true', '1,3-5', true],
    ['sh -c "exit 4"', '1, 3 - 5', false],
    ['sh -c "exit 2"', '1,3-5', true],
    ['sh -c "exit 2"', 'accept:0,2', true],
    ['sh -c "exit 1"', 'accept:0,2', false],
    ['/no/such/program', undefined, false],
    ['/no/such/program', '1,3-5', false],
  ])('%s with exit codes %s', async (command, codes, good) => {
    await on.app('app1', `${PRE}=${command}`, ...(codes === undefined ? [] : [`${CODES}=${codes}`]))
    const one = await act(on, 'app1')
    if (good) await one.hold()
    else await expect(one.hold()).rejects.toMatchObject({ code: 'DOCKER.COMMAND_FAILED', retryable: false })
    expect(await status('app1')).toBe('running')
  })

  test('a list with 0 in it is refused before anything is done', async () => {
    await on.app('app1', `${PRE}=touch /tmp/x`, `${CODES}=0,2`)
    expect((await act(on, 'app1')).workload.refused).toMatchObject({
      code: 'LABEL.EXIT_CODES',
      hint: expect.stringContaining('accept:0,2'),
    })
  })

  test('no shell: everything is passed as it stands', async () => {
    await on.app('app1', `${PRE}=sh -c 'echo "$@" > /tmp/said' -- $FOO && false | x > y`)
    await (await act(on, 'app1')).hold()
    expect(await on.cli('exec', 'app1', 'cat', '/tmp/said')).toBe('$FOO && false | x > y')
  })

  test.each([
    [['--label=salvage.user=app', '--label=salvage.command.user=0'], '0'],
    [['--label=salvage.user=app'], '1000'],
    [['--label=salvage.command.user=1000:65534'], '1000'],
    [[], '1001'],
  ])('the user, %j', async (labels, uid) => {
    await on.app(
      'app1',
      '--user=1001',
      '--env=FOO=bar',
      `${PRE}=sh -c 'id -u > /tmp/said; echo $FOO >> /tmp/said'`,
      ...labels,
    )
    await (await act(on, 'app1')).hold()
    expect(await on.cli('exec', 'app1', 'cat', '/tmp/said')).toBe(`${uid}\nbar`)
  })

  test('a user that is not there', async () => {
    await on.app('app1', `${PRE}=true`, '--label=salvage.command.user=nobody-knows')
    await expect((await act(on, 'app1')).hold()).rejects.toMatchObject({ code: 'DOCKER.COMMAND_FAILED' })
  })

  test('what it printed stands in the error, and nothing of the environment in the token', async () => {
    await on.app('app1', '--env=SECRET=s3cret', `${PRE}=sh -c 'echo locked by pid 7 >&2; exit 1'`)
    const quiescer = quiescerOf(on, 'docker.exec')
    const { workload } = await act(on, 'app1')
    const token = await quiescer.prepare(workload.id, workload.quiesce[0]?.settings ?? null, calm())
    expect(JSON.stringify(token)).not.toContain('s3cret')
    await expect(quiescer.quiesce(token, calm())).rejects.toMatchObject({
      code: 'DOCKER.COMMAND_FAILED',
      message: 'the pre command of container app1 (sh) ended with code 1',
      why: 'locked by pid 7',
    })
  })

  test('a command that hangs ends the attempt, not the container', async () => {
    await on.app('app1', `${PRE}=sleep 100`)
    const quiescer = quiescerOf(on, 'docker.exec')
    const settings = { pre: ['sleep', '100'], timeoutMs: 300, alone: true }
    const token = await quiescer.prepare('docker:app1', settings, calm())
    await expect(quiescer.quiesce(token, calm())).rejects.toMatchObject({
      code: 'DOCKER.COMMAND_TIMEOUT',
      why: 'it is still running in the container',
    })
    expect(await status('app1')).toBe('running')
  })

  test('after a pre command that failed the post command runs, and its failure is a finding', async () => {
    await on.app('app1', `${PRE}=false`, `${POST}=sh -c "touch /tmp/post; exit 5"`)
    const one = await act(on, 'app1')
    await expect(one.hold()).rejects.toMatchObject({ code: 'DOCKER.COMMAND_FAILED' })
    expect(await one.release()).toEqual(['DOCKER.POST_FAILED'])
    expect(await on.cli('exec', 'app1', 'ls', '/tmp')).toBe('post')
  })

  test.each([
    ['false', {}],
    ['/no/such/program', {}],
    ['sleep 100', { timeoutMs: 300 }],
  ])(
    'a post command that always fails (%s) is run once and told, and nothing waits for it for ever',
    async (post, more) => {
      await on.app('app1')
      const quiescer = quiescerOf(on, 'docker.exec')
      const settings = { pre: ['true'], post: post.split(' '), alone: true, ...more }
      const token = await quiescer.prepare('docker:app1', settings, calm())
      await quiescer.quiesce(token, calm())
      const since = await on.engine.now(calm())
      const findings = await quiescer.resume(token, { ...calm(), quiesced: 'yes' })
      expect(findings).toMatchObject([{ code: 'DOCKER.POST_FAILED', hint: expect.any(String) }])
      expect(await story(on, 'app1', since)).toEqual(['exec'])
    },
  )

  test('undoing waits for a post command as long as that may take, and for a stop as long as its grace', async () => {
    await on.app('app1', '--stop-timeout=600')
    const exec = quiescerOf(on, 'docker.exec')
    const long = await exec.prepare('docker:app1', { post: ['true'], timeoutMs: 3_600_000, alone: true }, calm())
    expect(exec.patienceMs?.(long)).toBeGreaterThan(3_600_000)
    const none = await exec.prepare('docker:app1', { pre: ['true'], timeoutMs: 3_600_000, alone: true }, calm())
    expect(exec.patienceMs?.(none)).toBeLessThan(3_600_000)
    const stop = quiescerOf(on, 'docker.stop')
    expect(stop.patienceMs?.(await stop.prepare('docker:app1', {}, calm()))).toBeGreaterThan(600_000)
  })

  test('the engine goes away before the post command: that is worth another try', async () => {
    await on.app('app1')
    const quiescer = quiescerOf(on, 'docker.exec')
    const token = await quiescer.prepare('docker:app1', { post: ['touch', '/tmp/post'], alone: true }, calm())
    await quiescer.quiesce(token, calm())
    await on.dockerd.stop()
    await expect(quiescer.resume(token, { ...calm(), quiesced: 'yes' })).rejects.toMatchObject({ retryable: true })
    await on.dockerd.start()
  }, 60_000)

  test('a container that was started again and ended at once gets no post command, and nothing waits for it', async () => {
    const script = '[ -e /tmp/ran ] && exit 9; touch /tmp/ran; trap "exit 0" TERM; while :; do sleep 0.1; done'
    await on.cli('run', '-d', '--name=app1', '--network=none', IMAGE, 'sh', '-c', script)
    const exec = quiescerOf(on, 'docker.exec')
    const token = await exec.prepare('docker:app1', { post: ['true'], alone: false }, calm())
    await on.cli('stop', 'app1')
    await on.cli('start', '--attach', 'app1').catch(() => {})
    expect(await status('app1')).toBe('exited')
    expect(await exec.resume(token, { ...calm(), quiesced: 'yes' })).toMatchObject([{ code: 'DOCKER.POST_SKIPPED' }])
  })

  test('a restart during the hold undoes what a pre command did, and is seen', async () => {
    await on.app('app1', `${PRE}=true`)
    const one = await act(on, 'app1')
    await one.hold()
    await on.cli('restart', 'app1')
    expect(await one.disturbances()).toEqual([expect.stringContaining('was started anew')])
  })

  test('a container that died meanwhile gets no post command; one that we stopped has to come up first', async () => {
    await on.app('alone', `${PRE}=true`, `${POST}=true`)
    const one = await act(on, 'alone')
    await one.hold()
    await on.cli('kill', 'alone')
    expect(await one.release()).toEqual(['DOCKER.POST_SKIPPED'])

    const quiescer = quiescerOf(on, 'docker.exec')
    await on.app('paired')
    const token = await quiescer.prepare('docker:paired', { post: ['true'], alone: false }, calm())
    await on.cli('stop', 'paired')
    await expect(quiescer.resume(token, { ...calm(), quiesced: 'yes' })).rejects.toMatchObject({
      code: 'DOCKER.NOT_UP',
      retryable: true,
    })
  })
})
