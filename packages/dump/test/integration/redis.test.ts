import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jonesCrc64 } from '../../src/engine/crc64.ts'
import type { Recipe } from '../../src/index.ts'
import { dump, engineNamed, restore, settleRestore } from '../../src/index.ts'
import { cutAfter } from '../spawn-port.ts'
import { collect, partOf } from './collected.ts'
import { expectProven } from './proofs.ts'
import type { Server } from './server.ts'
import { freePort, server, servicePort } from './server.ts'

const run = promisify(execFile)
const PASSWORD = `p'a"$(id) \\ :#x\n\`x\` 😀`
const redis = part('redis')

async function client(at: number, ...words: readonly string[]): Promise<string> {
  const env = { ...process.env, REDISCLI_AUTH: PASSWORD }
  const { stdout } = await run('redis-cli', ['-p', String(at), ...words], { env })
  return stdout.trim()
}

describe.skipIf(!redis.available)('Redis', () => {
  const folder = temporaryDirectory()
  const engine = engineNamed('redis')
  if (engine === undefined) throw new Error('no engine')
  const options = { signal: new AbortController().signal, where: 'here' }
  const started: Server[] = []
  const programs = join(folder.path, 'bin')
  const service = servicePort({ PATH: `${programs}:${process.env['PATH'] ?? ''}` })
  let port = 0
  let other = 0

  const start = async (more: readonly string[]): Promise<number> => {
    const at = await freePort()
    const config = join(folder.path, `${at}.conf`)
    const place = temporaryDirectory()
    const quoted = PASSWORD.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`)
    writeFileSync(
      config,
      `bind 127.0.0.1\nport ${at}\ndir ${place.path}\nrequirepass "${quoted}"\nsave ""\n${more.join('\n')}\n`,
    )
    const argv = [redis.address, config] as const
    started.push(
      await server({
        argv: [...argv],
        argv0: 'redis-server',
        ready: async () => (await client(at, 'PING')) === 'PONG',
      }),
    )
    return at
  }
  const recipe = (at: number): Recipe => ({ engine, settings: { port: String(at), password: PASSWORD } })

  beforeAll(async () => {
    mkdirSync(programs)
    symlinkSync(redis.address, join(programs, 'redis-server'))
    port = await start(['repl-diskless-sync yes', 'repl-diskless-sync-delay 0'])
    other = await start(['appendonly yes', 'repl-diskless-sync no'])
    await client(port, 'EVAL', "for i=1,20000 do redis.call('SET','k'..i,'v'..i) end", '0')
    await client(port, 'HSET', "tägl. 😀 it's", 'a', 'é 😀', 'b', '2')
    await client(port, 'ZADD', 'sorted', '1.5', 'one')
    await client(port, '-n', '3', 'SET', 'elsewhere', '1')
  })
  afterAll(async () => {
    for (const one of started) await one[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a dump under writes is of one moment, and comes back whole into another server', async () => {
    const script = "for i=1,100 do redis.call('INCR','first') redis.call('INCR','last') end"
    const words = ['-p', String(port), '-r', '100000', 'EVAL', script, '0']
    const writer = spawn('redis-cli', words, { stdio: 'ignore', env: { ...process.env, REDISCLI_AUTH: PASSWORD } })
    await expect.poll(async () => Number(await client(port, 'GET', 'first'))).toBeGreaterThan(1000)
    const [file] = await collect(service, recipe(port), options)
    writer.kill('SIGKILL')
    if (file === undefined) throw new Error('no file')
    await client(other, 'SET', 'of before', '1')
    await restore(service, recipe(other), [file], options)
    expect(await client(other, 'GET', 'first')).toBe(await client(other, 'GET', 'last'))
    expect(Number(await client(other, 'GET', 'first'))).toBeGreaterThan(1000)
    expect(await client(other, 'EXISTS', 'of before')).toBe('0')
    expect(await client(other, 'ROLE')).toContain('master')
    expect(await client(other, 'CONFIG', 'GET', 'masterauth')).toBe('masterauth')
    await client(port, 'DEL', 'first', 'last')
    await client(other, 'DEL', 'first', 'last')
    expect(await client(other, 'DEBUG', 'DIGEST')).toBe(await client(port, 'DEBUG', 'DIGEST'))
    expect(readdirSync('/tmp').filter((name) => name.startsWith('salvage-dump.'))).toEqual([])
  })

  test.each(['yes', 'no'])(
    'no beginning of a dump is whole, nor is a damaged one (without a disk: %s)',
    async (diskless) => {
      await client(port, 'CONFIG', 'SET', 'repl-diskless-sync', diskless)
      const [file] = await collect(service, recipe(port), options)
      if (file === undefined) throw new Error('no file')
      await expectProven(service, recipe(port), file, file.bytes.length - (diskless === 'yes' ? 40 : 0))
    },
  )

  test('what a connection swallows is missed', async () => {
    const files = dump(servicePort({}, cutAfter(1000)), recipe(port), options)
    for await (const { content, whole } of files) {
      content.resume()
      await expect(whole).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      break
    }
  }, 60_000)

  test('a restore that cannot be leaves what was there', async () => {
    const [file] = await collect(service, recipe(port), options)
    if (file === undefined) throw new Error('no file')
    await client(other, 'SET', 'of before', '1')
    const into = async (bytes: Buffer): Promise<void> =>
      restore(service, recipe(other), [partOf(file.name, bytes)], options)
    await expect(into(withSum('REDIS0009\u00f3?'))).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
    await expect(into(withSum('REDIS0077'))).rejects.toMatchObject({ code: expect.stringMatching(/SKEW|NOT_WHOLE/) })
    await client(other, 'REPLICAOF', '127.0.0.1', '1')
    await expect(into(file.bytes)).rejects.toMatchObject({ code: 'DUMP.UNREACHABLE' })
    await client(other, 'REPLICAOF', 'NO', 'ONE')
    expect(await client(other, 'GET', 'of before')).toBe('1')
    expect(await client(other, 'ROLE')).toContain('master')
  })

  test('a server whose restore breaks off is a master again, also when it loads at that moment', async () => {
    const [file] = await collect(service, recipe(port), options)
    if (file === undefined) throw new Error('no file')
    await client(other, 'CONFIG', 'SET', 'masterauth', 'of before')
    await client(other, 'CONFIG', 'SET', 'loading-process-events-interval-bytes', '1024')
    await client(other, 'CONFIG', 'SET', 'key-load-delay', '200')
    const restoring = restore(service, recipe(other), [file], options)
    const broken = expect(restoring).rejects.toMatchObject({ code: 'DUMP.HALF_RESTORED' })
    await expect.poll(() => client(other, 'INFO', 'persistence'), { interval: 20 }).toContain('loading:1')
    const [, beside = ''] = /master_port:(\d+)/.exec(await client(other, 'INFO', 'replication')) ?? []
    const [, word = ''] = (await client(other, 'CONFIG', 'GET', 'masterauth')).split('\n')
    await run('redis-cli', ['-p', beside, 'SHUTDOWN', 'NOW', 'NOSAVE'], {
      env: { ...process.env, REDISCLI_AUTH: word },
    })
    await broken
    await client(other, 'CONFIG', 'SET', 'key-load-delay', '0')
    expect(await client(other, 'ROLE')).toContain('master')
    expect(await client(other, 'CONFIG', 'GET', 'masterauth')).toBe('masterauth\nof before')
  }, 60_000)

  test('a replica that a killed restore left is a master again before the next step; no other one is', async () => {
    using room = temporaryDirectory()
    const there = servicePort({ PATH: `${programs}:${process.env['PATH'] ?? ''}`, TMPDIR: room.path })
    const mark = join(room.path, 'salvage-dump.4194305.abcdef')
    mkdirSync(mark)
    await client(other, 'CONFIG', 'SET', 'masterauth', 'of a restore')
    await client(other, 'REPLICAOF', '127.0.0.1', '23457')
    writeFileSync(join(mark, 'joined'), '23456\n\nof "before"\n')
    await expect(collect(there, recipe(other), options)).rejects.toMatchObject({ code: 'DUMP.UNREACHABLE' })
    expect(await client(other, 'ROLE')).toContain('slave')
    await client(other, 'REPLICAOF', '127.0.0.1', '23456')
    expect(await collect(there, recipe(other), options)).toHaveLength(1)
    expect(await client(other, 'ROLE')).toContain('master')
    expect(await client(other, 'CONFIG', 'GET', 'masterauth')).toBe('masterauth\nof "before"')
    expect(readdirSync(room.path)).toEqual([])
    await client(other, 'REPLICAOF', '127.0.0.1', '23456')
    mkdirSync(mark)
    writeFileSync(join(mark, 'joined'), '23456\n\nof "before"\n')
    for (const _time of [1, 2]) await settleRestore(there, recipe(other), ['redis.rdb'], options)
    expect(await client(other, 'ROLE')).toContain('master')
    expect(readdirSync(room.path)).toEqual([])
    await client(other, 'CONFIG', 'SET', 'masterauth', '')
  })

  test('a wrong password is told, and says nothing of itself', async () => {
    const wrong: Recipe = { engine, settings: { port: String(port), password: 'other' } }
    const error: unknown = await collect(service, wrong, options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^DUMP\.(?:UNREACHABLE|REFUSED)$/) })
    expect(JSON.stringify(error)).not.toContain('other')
  })

  test('the password is that of the environment of the service as well', async () => {
    const secret = join(folder.path, 'secret')
    writeFileSync(secret, PASSWORD)
    const files = await collect(
      servicePort({ REDIS_PASSWORD_FILE: secret }),
      { engine, settings: { port: String(port) } },
      options,
    )
    expect(files.map(({ name }) => name)).toEqual(['redis.rdb'])
  })
})

/** With a sum that fits. */
function withSum(text: string): Buffer {
  const bytes = Buffer.from(`${text}\u00ff`, 'latin1')
  const sum = jonesCrc64()
  sum.take(bytes)
  return Buffer.concat([bytes, sum.digest()])
}
