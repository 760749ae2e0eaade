import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { dump, engineNamed, restore } from '../../src/index.ts'
import { cutAfter } from '../spawn-port.ts'
import { collect, partOf } from './collected.ts'
import { expectProven } from './proofs.ts'
import type { Server } from './server.ts'
import { freePort, server, servicePort } from './server.ts'

const run = promisify(execFile)
const PASSWORD = `p'a:"$(id) #x\n\`x\` 😀`

async function ctl(at: string, ...words: readonly string[]): Promise<string> {
  const env = { ...process.env, ETCDCTL_API: '3', ETCDCTL_USER: `root:${PASSWORD}` }
  const { stdout } = await run('etcdctl', [`--endpoints=${at}`, ...words], { env, maxBuffer: 2 ** 28 })
  return stdout.trim()
}

describe.skipIf(!part('etcd').available)('etcd', () => {
  const folder = temporaryDirectory()
  const options = { signal: new AbortController().signal, where: 'here' }
  const started: Server[] = []
  const engine = engineNamed('etcd')
  if (engine === undefined) throw new Error('no engine')
  let from = ''

  const start = async (data: string): Promise<string> => {
    const at = `127.0.0.1:${await freePort()}`
    const peer = `http://127.0.0.1:${await freePort()}`
    const argv = [
      'etcd',
      `--data-dir=${data}`,
      `--listen-client-urls=http://${at}`,
      `--advertise-client-urls=http://${at}`,
      `--listen-peer-urls=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=error',
    ] as const
    started.push(await server({ argv: [...argv], ready: async () => answers(at) }))
    return at
  }
  const recipe = (to: string): Recipe => ({
    engine,
    settings: { endpoint: from, password: PASSWORD, 'restore-to': to },
  })
  const service = servicePort({})

  beforeAll(async () => {
    from = await start(join(folder.path, 'from'))
    const env = { ...process.env, ETCDCTL_API: '3' }
    const open = async (...words: readonly string[]): Promise<unknown> =>
      run('etcdctl', [`--endpoints=${from}`, ...words], { env })
    for (let n = 0; n < 20; n++) await open('put', `key ${n} 😀`, `value ${n} é 😀`.repeat(500))
    await open('user', 'add', `root:${PASSWORD}`)
    await open('user', 'grant-role', 'root', 'root')
    await open('auth', 'enable')
  })
  afterAll(async () => {
    for (const one of started) await one[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a dump under writes is of one moment, and makes a directory that a server runs on', async () => {
    const env = { ...process.env, ETCDCTL_API: '3', ETCDCTL_USER: `root:${PASSWORD}` }
    const both = `n=0; while n=$((n + 1)); do printf '\\nput first %s\\nput last %s\\n\\n\\n' $n $n | etcdctl --endpoints=${from} txn >/dev/null || exit; done`
    const writer = spawn('sh', ['-c', both], { stdio: 'ignore', env })
    await expect.poll(async () => Number(await ctl(from, 'get', '--print-value-only', 'first'))).toBeGreaterThan(3)
    const [file] = await collect(
      servicePort({ ETCD_ROOT_PASSWORD: PASSWORD }),
      { engine, settings: { endpoint: from } },
      options,
    )
    writer.kill('SIGKILL')
    if (file === undefined) throw new Error('no file')
    const to = join(folder.path, 'restored')
    await restore(service, recipe(to), [file], options)
    const at = await start(to)
    const first = await ctl(at, 'get', '--print-value-only', 'first')
    expect(Number(first)).toBeGreaterThan(3)
    expect(await ctl(at, 'get', '--print-value-only', 'last')).toBe(first)
    expect(await ctl(at, 'get', '--prefix', 'key')).toBe(await ctl(from, 'get', '--prefix', 'key'))
    await expect(restore(service, recipe(to), [file], options)).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
  })

  test('no beginning of a dump is whole, nor is a damaged one, and what a connection swallows is missed', async () => {
    const [file] = await collect(service, recipe(''), options)
    if (file === undefined) throw new Error('no file')
    await expectProven(service, recipe(''), file)
    await expect(
      restore(service, recipe(join(folder.path, 'never')), [partOf(file.name, file.bytes.subarray(0, -512))], options),
    ).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
    for await (const { content, whole } of dump(servicePort({}, cutAfter(1000)), recipe(''), options)) {
      content.resume()
      await expect(whole).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      break
    }
  })

  test('a wrong password is told, and says nothing of itself', async () => {
    const wrong: Recipe = { engine, settings: { endpoint: from, password: 'the other' } }
    const error: unknown = await collect(service, wrong, options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^DUMP\.(?:REFUSED|UNREACHABLE|FAILED)$/) })
    expect(JSON.stringify(error)).not.toContain('the other')
  })
})

/** Who must say who asks has a server that answers. */
async function answers(at: string): Promise<boolean> {
  const env = { ...process.env, ETCDCTL_API: '3' }
  return run('etcdctl', [`--endpoints=${at}`, 'get', 'x'], { env }).then(
    () => true,
    (error: unknown) => String(error).includes('user name is empty'),
  )
}
