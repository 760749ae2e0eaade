import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecRequest } from '@salvage-kit/dump'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import type { DockerEngine, LogChunk } from '../../src/engine.ts'
import { containerExec } from '../../src/dump/exec-port.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER } from '../bench.ts'
import { cuttingProxy } from '../cutting-proxy.ts'
import { tailCuttingProxy } from '../cutting-tail-proxy.ts'

async function* renumbered(output: AsyncIterable<LogChunk>, pid: string): AsyncGenerator<LogChunk> {
  for await (const { data, ...rest } of output)
    yield {
      ...rest,
      data: Buffer.from(
        Buffer.from(data)
          .toString()
          .replace(/ \d+\n/, ` ${pid}\n`),
      ),
    }
}

describe.skipIf(!DOCKER)('programs beside a database, in its container', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  beforeEach(async () => {
    await on.app('db', '--env=OWN=of the service')
  })
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const start = (request: ExecRequest, signal = calm().signal) =>
    containerExec(on.engine, 'db').exec(request, { signal })
  const sh = (script: string, rest: Partial<ExecRequest> = {}) => start({ argv: ['sh', '-c', script], ...rest })
  const running = async (word: string): Promise<boolean> => (await on.cli('top', 'db')).includes(word)
  const gone = async (word: string): Promise<void> => {
    await expect.poll(() => running(word), { timeout: 20_000 }).toBe(false)
  }

  test('bytes go in and come out as they are, of any number', async () => {
    for (const bytes of [0, 1, 34, 35, 36, 5_000_003]) {
      const content = randomBytes(bytes)
      const { stdout, ended } = await start({ argv: ['cat'], stdin: Readable.from([content], { objectMode: false }) })
      expect((await buffer(stdout)).equals(content)).toBe(true)
      expect(await ended).toEqual({ code: 0, stderr: '' })
    }
  })

  test('its own arguments, its environment beside that of the service, its status, the end of what it says', async () => {
    const { stdout, ended } = await start({
      argv: [
        'sh',
        '-c',
        'printf "%s|" "$@" "$OWN" "$MORE"; yes x | head -c 9000 >&2; echo last >&2; exit 7',
        'a',
        'b c',
        '$d',
      ],
      environment: { MORE: 'se"cret\n' },
    })
    expect(await text(stdout)).toBe('b c|$d|of the service|se"cret\n|')
    const { code, stderr } = await ended
    expect(code).toBe(7)
    expect(stderr).toHaveLength(4096 + 1)
    expect(stderr.endsWith('last\n')).toBe(true)
  })

  test('without input it reads an empty one; with more than it reads it ends by itself', async () => {
    expect(await text((await start({ argv: ['cat'] })).stdout)).toBe('')
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(65_536, 'y')
      })(),
      { objectMode: false },
    )
    const { stdout, ended } = await start({ argv: ['head', '-c', '3'], stdin: endless })
    expect(await text(stdout)).toBe('yyy')
    expect(await ended).toEqual({ code: 0, stderr: '' })
    await expect.poll(() => endless.destroyed).toBe(true)
  })

  test('no value of the environment stands in an argument', async () => {
    const { stdout } = await sh('cat /proc/[0-9]*/cmdline', { environment: { MORE: 'hunter2-in-env' } })
    const seen = await text(stdout)
    expect(seen).toContain('cat')
    expect(seen).not.toContain('hunter2')
  })

  test('as another user', async () => {
    expect(await text((await sh('id -u', { user: '4321' })).stdout)).toBe('4321\n')
  })

  test('it goes no faster than it is read', async () => {
    const { stdout, ended } = await sh('yes x | head -c 100000000; echo done >&2')
    await sleep(500)
    expect(await running('yes x')).toBe(true)
    expect((await buffer(stdout)).length).toBe(100_000_000)
    expect((await ended).stderr).toBe('done\n')
  })

  test('a program that is not there, a container that is not, one without a shell, one that does not run', async () => {
    const { stdout, ended } = await start({ argv: ['no-such-program'] })
    expect(await text(stdout)).toBe('')
    expect((await ended).code).toBe(127)
    const exec = (name: string) => containerExec(on.engine, name).exec({ argv: ['true'] }, calm())
    await expect(exec('nobody')).rejects.toMatchObject({ code: 'DOCKER.NOT_FOUND' })
    await on.app('bare')
    await on.cli('exec', 'bare', 'rm', '/bin/sh')
    await expect(exec('bare')).rejects.toMatchObject({ code: 'DOCKER.EXEC', why: expect.stringMatching(/"sh"/) })
    await on.cli('stop', '--time=1', 'db')
    await expect(exec('db')).rejects.toMatchObject({ code: 'DOCKER.CONFLICT' })
  })

  test('destroyed or aborted, the program is ended, with all that it started', async () => {
    const one = await sh('sleep 4321 & sleep 4322; true')
    await expect.poll(() => running('sleep 4321')).toBe(true)
    one.stdout.destroy()
    await expect(one.ended).rejects.toThrow()
    await gone('sleep 432')
    const stop = new AbortController()
    const two = await start({ argv: ['sh', '-c', 'trap "" TERM; sleep 4323; sleep 4324'] }, stop.signal)
    await expect.poll(() => running('sleep 4323')).toBe(true)
    const ended = expect(two.ended).rejects.toThrow('enough')
    stop.abort(new Error('enough'))
    await ended
    await gone('sleep 432')
    await expect(text(two.stdout)).rejects.toThrow()
  })

  test('aborted while it is asked for, it is ended when it comes', async () => {
    const stop = new AbortController()
    const engine: DockerEngine = {
      ...on.engine,
      openExec: (container, spec) => {
        setTimeout(() => void on.engine.openExec(container, spec, calm()).catch(() => {}), 500)
        stop.abort(new Error('enough'))
        return Promise.reject(new Error('enough'))
      },
    }
    const started = containerExec(engine, 'db').exec({ argv: ['sleep', '4325'] }, { signal: stop.signal })
    await expect(started).rejects.toThrow('enough')
    expect(await running('sleep 4325')).toBe(false)
  })

  test('a number that is that of another program by now ends nobody else', async () => {
    await on.cli('exec', '-d', 'db', 'sh', '-c', 'echo $$ >/tmp/pid; sleep 4326; :')
    await expect.poll(() => running('sleep 4326')).toBe(true)
    const other = await on.cli('exec', 'db', 'cat', '/tmp/pid')
    const engine: DockerEngine = {
      ...on.engine,
      openExec: async (...call) => renumbered(await on.engine.openExec(...call), other),
    }
    const { stdout, ended } = await containerExec(engine, 'db').exec({ argv: ['sleep', '4327'] }, calm())
    stdout.destroy()
    await expect(ended).rejects.toThrow()
    await gone('sleep 4327')
    expect(await running('sleep 4326')).toBe(true)
  })

  test('input that fails is no end of it, and no end of the program', async () => {
    const broken = Readable.from(
      (async function* () {
        yield 'half'
        await sleep(300)
        throw new Error('the source broke')
      })(),
      { objectMode: false },
    )
    const { stdout, ended } = await start({ argv: ['sh', '-c', 'cat >/dev/null; sleep 4321'], stdin: broken })
    stdout.resume()
    await expect(ended).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
    await gone('sleep 4321')
  })

  test('the end of the container is not the end of the program', async () => {
    const { stdout, ended } = await sh('echo begun; sleep 60; echo whole')
    const read = text(stdout).catch(() => 'cut')
    const end = expect(ended).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE', retryable: true })
    await sleep(300)
    await on.cli('kill', 'db')
    await end
    expect(await read).toBe('cut')
  })

  test('a connection that is cut is never an end, and what it leaves is ended', async () => {
    await using proxy = await cuttingProxy(on.dockerd.socket, 1500)
    const exec = containerExec(dockerodeEngine({ host: proxy.host }), 'db')
    const { stdout, ended } = await exec.exec({ argv: ['sh', '-c', 'echo begun; sleep 4321'] }, calm())
    const read = text(stdout).catch(() => 'cut')
    await expect(ended).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
    expect(await read).toBe('cut')
    await gone('sleep 4321')
  })

  test.each([1, 20, 43, 60, 3000])('nor is one that ends well without its last %d bytes', async (bytes) => {
    await using proxy = await tailCuttingProxy(on.dockerd.socket, bytes)
    const exec = containerExec(dockerodeEngine({ host: proxy.host }), 'db')
    for (const stdin of [undefined, Readable.from(['in'], { objectMode: false })]) {
      const request = { argv: ['sh', '-c', 'cat; yes whole | head -c 4000'], ...(stdin === undefined ? {} : { stdin }) }
      const whole = async (): Promise<void> => {
        const { stdout, ended } = await exec.exec(request, calm())
        await expect(text(stdout)).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
        await ended
      }
      await expect(whole()).rejects.toMatchObject({ code: 'DOCKER.UNREACHABLE' })
    }
  })
})
