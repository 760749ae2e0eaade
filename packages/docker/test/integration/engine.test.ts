import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EngineEvent } from '../../src/engine.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

describe.skipIf(!DOCKER)('the calls of a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test('says its version and its time', async () => {
    expect(await on.engine.version(calm())).toMatchObject({ version: expect.stringMatching(/\d/) })
    expect(Math.abs((await on.engine.now(calm())) - Date.now())).toBeLessThan(60_000)
  })

  test('lists by label, and inspects what a container is', async () => {
    await on.app('other')
    const id = await on.app('a1', '--label=k=v', '--volume=d1:/data:ro', '--stop-timeout=3', '--env=FOO=bar', '--rm')
    expect((await on.engine.listContainers([], calm())).map(({ name }) => name)).toEqual(['a1', 'other'])
    expect(await on.engine.listContainers(['k=v'], calm())).toMatchObject([{ id, name: 'a1', status: 'running' }])
    expect(await on.engine.inspectContainer('a1', calm())).toMatchObject({
      id,
      name: 'a1',
      image: IMAGE,
      labels: { k: 'v' },
      status: 'running',
      stopTimeoutSeconds: 3,
      autoRemove: true,
      networkMode: 'none',
      env: ['FOO=bar', 'PATH=/bin'],
      mounts: [{ type: 'volume', name: 'd1', destination: '/data', writable: false }],
    })
    expect(await on.engine.inspectContainer('nobody', calm())).toBeUndefined()
  })

  test('a container that is gone meanwhile is told by its name, also where it is asked for by its id', async () => {
    const id = await on.app('a1')
    const name = (await on.engine.inspectContainer(id, calm()))?.name ?? ''
    expect(name).toContain('a1')
    await on.engine.removeContainer(id, calm())
    const spec = { command: ['sh'], env: [], privileged: false }
    const error: unknown = await on.engine.openExec(id, spec, calm()).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DOCKER.NOT_FOUND', message: `run "sh" in container ${name}: it is not there` })
  })

  test('a name with a path in it reaches nothing else', async () => {
    await on.app('a1')
    expect(await on.engine.inspectContainer('../containers/a1', calm())).toBeUndefined()
    expect(await on.engine.inspectVolume('../../version', calm())).toBeUndefined()
  })

  test('stop, start, pause and unpause; twice is once where the engine says so', async () => {
    const { engine } = on
    await on.app('a1')
    const status = async (): Promise<string | undefined> => (await engine.inspectContainer('a1', calm()))?.status
    const stop = { ...calm(), limitMs: 30_000 }
    await engine.stopContainer('a1', stop)
    await engine.stopContainer('a1', stop)
    expect(await status()).toBe('exited')
    expect(await engine.waitContainer('a1', stop)).toBe(0)
    await expect(engine.pauseContainer('a1', calm())).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    await engine.startContainer('a1', calm())
    await engine.startContainer('a1', calm())
    expect(await status()).toBe('running')
    await engine.pauseContainer('a1', calm())
    expect(await status()).toBe('paused')
    await expect(engine.pauseContainer('a1', calm())).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    await engine.unpauseContainer('a1', calm())
    await engine.killContainer('a1', 'SIGKILL', calm())
    expect(await engine.waitContainer('a1', stop)).toBe(137)
    await engine.removeContainer('a1', calm())
    await engine.removeContainer('a1', calm())
    await expect(engine.startContainer('a1', calm())).rejects.toMatchObject({ code: 'DOCKER.NOT_FOUND' })
  })

  test('the container’s own grace holds', async () => {
    await on.cli(
      'run',
      '-d',
      '--network=none',
      '--name=a1',
      '--stop-timeout=1',
      IMAGE,
      'sh',
      '-c',
      'trap "" TERM; while :; do sleep 1; done',
    )
    await on.engine.stopContainer('a1', { ...calm(), limitMs: 8_000 })
    expect(await on.engine.inspectContainer('a1', calm())).toMatchObject({ status: 'exited', exitCode: 137 })
  })

  test('creates a container, fills it, runs it and reads what it printed', async () => {
    const { engine } = on
    await engine.createVolume({ name: 'd1', labels: {} }, calm())
    const id = await engine.createContainer(
      {
        name: 'made',
        image: IMAGE,
        command: ['sh', '-c', 'echo out; echo err >&2; cat /in/f; id -u; touch /vol/x || echo no; exit 7'],
        user: '1000',
        env: ['A=b'],
        labels: { mine: 'yes' },
        networkMode: 'none',
        stopTimeoutSeconds: 5,
        mounts: [{ type: 'volume', name: 'd1', target: '/vol', readOnly: true, noCopy: true }],
      },
      calm(),
    )
    const again = { name: 'made', image: IMAGE, env: [], labels: {}, mounts: [] }
    await expect(engine.createContainer(again, calm())).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    const lost = { ...again, name: 'other', image: 'no-such-image' }
    await expect(engine.createContainer(lost, calm())).rejects.toMatchObject({ code: 'DOCKER.NOT_FOUND' })
    const tar = await tarWith('in/f', 'from the tar\n')
    await engine.putArchive(id, '/', Readable.from([tar]), { ...calm(), limitMs: 10_000 })
    await engine.putArchive(id, '/', tar, { ...calm(), limitMs: 10_000 })
    await engine.startContainer(id, calm())
    const printed = { stdout: '', stderr: '' }
    for await (const { from, data } of engine.logs(id, { ...calm(), follow: true, limitMs: 20_000 }))
      printed[from] += Buffer.from(data).toString()
    expect(printed.stdout).toBe('out\nfrom the tar\n1000\nno\n')
    expect(printed.stderr).toMatch(/^err\n.*Read-only/)
    expect(await engine.waitContainer(id, { ...calm(), limitMs: 10_000 })).toBe(7)
  })

  test('runs a command without a shell, with its user, and keeps the end of its output', async () => {
    await on.app('a1')
    const run = (...command: string[]): ReturnType<Bench['engine']['exec']> =>
      on.engine.exec('a1', { command, env: ['X=y'], user: '1000', privileged: false }, { ...calm(), limitMs: 20_000 })
    expect(await run('echo', '$FOO', '&&', 'false')).toEqual({ exitCode: 0, output: '$FOO && false\n' })
    const both = await run('sh', '-c', 'id -u; echo $X; echo bad >&2; exit 3')
    // The engine takes in both outputs side by side.
    expect({ ...both, output: both.output.split('\n').toSorted() }).toEqual({
      exitCode: 3,
      output: ['', '1000', 'bad', 'y'],
    })
    const { output } = await run('sh', '-c', 'yes | head -c 100000; echo end')
    expect(output).toMatch(/^….*end\n$/s)
    expect(output.length).toBeLessThan(20_000)
    expect((await run('/no/such/program')).exitCode).not.toBe(0)
  })

  test('a command that outlives its limit, and one that is aborted', async () => {
    await on.app('a1')
    const spec = { command: ['sleep', '60'], env: [], privileged: false }
    await expect(on.engine.exec('a1', spec, { ...calm(), limitMs: 300 })).rejects.toMatchObject({
      code: 'DOCKER.DEADLINE',
      retryable: true,
    })
    const reason = new Error('enough')
    const controller = new AbortController()
    const running = on.engine.exec('a1', spec, { signal: controller.signal, limitMs: 60_000 })
    await sleep(300)
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
  })

  test('a command in a container that is stopped or paused', async () => {
    const spec = { command: ['true'], env: [], privileged: false }
    const call = { ...calm(), limitMs: 10_000 }
    await on.app('a1')
    await on.cli('pause', 'a1')
    await expect(on.engine.exec('a1', spec, call)).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    await on.cli('unpause', 'a1')
    await on.cli('stop', 'a1')
    await expect(on.engine.exec('a1', spec, call)).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    await expect(on.engine.exec('nobody', spec, call)).rejects.toMatchObject({ code: 'DOCKER.NOT_FOUND' })
  })

  test('volumes', async () => {
    const { engine } = on
    const made = await engine.createVolume({ name: 'v1', labels: { a: 'b' } }, calm())
    expect(made).toMatchObject({ name: 'v1', driver: 'local', labels: { a: 'b' }, driverOptions: {} })
    expect(await engine.inspectVolume('v1', calm())).toEqual(made)
    expect(await engine.listVolumes(calm())).toEqual([made])
    await on.app('a1', '--volume=v1:/v')
    await expect(engine.removeVolume('v1', calm())).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
    await engine.removeContainer('a1', calm())
    await engine.removeVolume('v1', calm())
    await engine.removeVolume('v1', calm())
    expect(await engine.inspectVolume('v1', calm())).toBeUndefined()
  })

  test('images: one that is there, one that is not, one that cannot be pulled', async () => {
    expect(await on.engine.inspectImage(IMAGE, calm())).toMatchObject({ id: expect.stringMatching(/^sha256:/) })
    expect(await on.engine.inspectImage('no/such:image', calm())).toBeUndefined()
    const pulled = on.engine.pullImage('127.0.0.1:9/no/such', { ...calm(), limitMs: 30_000 })
    await expect(pulled).rejects.toMatchObject({ code: 'DOCKER.PULL_FAILED', retryable: true })
  })

  test('events: past ones up to now, and those to come', async () => {
    const { engine } = on
    const id = await on.app('a1')
    await on.app('b1')
    await on.cli('pause', 'a1')
    const untilMs = await engine.now(calm())
    const past = await engine.events({ sinceMs: 0, untilMs, container: id, actions: ['start', 'pause'] }, calm())
    const seen: EngineEvent[] = []
    for await (const event of past) seen.push(event)
    expect(seen.map(({ action }) => action)).toEqual(['start', 'pause'])
    expect(seen[0]).toMatchObject({ kind: 'container', subject: id, attributes: { name: 'a1' } })

    const controller = new AbortController()
    const coming = await engine.events({ actions: [] }, { signal: controller.signal })
    const first = coming[Symbol.asyncIterator]()
    await on.cli('unpause', 'a1')
    expect((await first.next()).value).toMatchObject({ action: 'unpause' })
    const next = first.next()
    controller.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  test('a wait that is given up says so, and leaves the container alone', async () => {
    await on.app('a1')
    await expect(on.engine.waitContainer('a1', { ...calm(), limitMs: 200 })).rejects.toMatchObject({
      code: 'DOCKER.DEADLINE',
    })
    const logs = on.engine.logs('a1', { ...calm(), follow: true, limitMs: 200 })[Symbol.asyncIterator]()
    await expect(logs.next()).rejects.toMatchObject({ code: 'DOCKER.DEADLINE' })
    expect((await on.engine.inspectContainer('a1', calm()))?.status).toBe('running')
  })

  test('an engine that goes away breaks what is under way, and comes back to the same client', async () => {
    await on.app('a1')
    const wait = on.engine.waitContainer('a1', { ...calm(), limitMs: 60_000 })
    const events = (await on.engine.events({ actions: ['start'] }, calm()))[Symbol.asyncIterator]().next()
    const broken = Promise.allSettled([wait, events])
    await on.dockerd.kill()
    const [waited, event] = await broken
    expect(waited).toMatchObject({ status: 'rejected', reason: { code: 'DOCKER.UNREACHABLE', retryable: true } })
    // An events stream that ends without an error gives `done`, which its reader must not take for silence.
    expect(event.status === 'rejected' || event.value.done).toBe(true)
    await expect(on.engine.version(calm())).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE', retryable: true })
    await on.dockerd.start()
    expect(await on.engine.version(calm())).toBeDefined()
  }, 60_000)
})

async function tarWith(name: string, text: string): Promise<Buffer> {
  const head = Buffer.alloc(512)
  const body = Buffer.from(text)
  head.write(name)
  head.write('0000644\0', 100)
  head.write('0000000\0', 108)
  head.write('0000000\0', 116)
  head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  head.write('00000000000\0', 136)
  head.write('        ', 148)
  head.write('0', 156)
  head.write('ustar\u000000', 257)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([head, body, Buffer.alloc(512 - body.length), Buffer.alloc(1024)])
}
