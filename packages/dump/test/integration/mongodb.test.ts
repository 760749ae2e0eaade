import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPart, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { dump, engineNamed, restore } from '../../src/index.ts'
import { cutAfter } from '../spawn-port.ts'
import { collect, partOf } from './collected.ts'
import { expectProven } from './proofs.ts'
import type { Server } from './server.ts'
import { freePort, server, servicePort } from './server.ts'

const run = promisify(execFile)
/** Built on request only: no part that everybody has to have. */
const mongo = findPart('mongodb')

describe.skipIf(!mongo.available)('MongoDB, by its tools and FerretDB', () => {
  const options = { signal: new AbortController().signal, where: 'here' }
  const folder = temporaryDirectory()
  const started: Server[] = []
  const environment = { PATH: `${mongo.address}:${process.env['PATH'] ?? ''}` }
  const service = servicePort(environment)
  const engine = engineNamed('mongodb')
  if (engine === undefined) throw new Error('no engine')
  const recipe = (port: number): Recipe => ({ engine, settings: { port: String(port) } })
  let from = 0
  let into = 0

  const tool = async (name: string, port: number, ...args: readonly string[]): Promise<Buffer> => {
    const words = [`--port=${port}`, '--quiet', ...args]
    return (await run(join(mongo.address, name), words, { encoding: 'buffer', maxBuffer: 2 ** 28 })).stdout
  }
  /** The documents as they stand in BSON, in the order in which they were made. */
  const documents = async (port: number, collection: string): Promise<Buffer> =>
    tool('mongodump', port, '--db=app', `--collection=${collection}`, '--out=-')
  const insert = async (port: number, collection: string, first: number, count: number): Promise<void> => {
    const place = join(folder.path, `seed-${collection}-${first}`, 'app')
    mkdirSync(place, { recursive: true })
    const all = Array.from({ length: count }, (_, n) => document(first + n))
    writeFileSync(join(place, `${collection}.bson`), Buffer.concat(all))
    await tool('mongorestore', port, join(place, '..'))
  }
  const start = async (name: string): Promise<number> => {
    const port = await freePort()
    const place = join(folder.path, name)
    mkdirSync(place)
    const ready = async (): Promise<boolean> => (await tool('mongodump', port, '--db=x', '--archive')).length > 0
    started.push(await server({ argv: [join(mongo.address, 'server'), `127.0.0.1:${port}`, place], ready }))
    return port
  }
  const one = async (): Promise<ReturnType<typeof partOf>> => {
    const [file] = await collect(service, recipe(from), options)
    if (file === undefined) throw new Error('no file')
    return file
  }
  beforeAll(async () => {
    from = await start('from')
    into = await start('into')
    await insert(from, 'fixed', 0, 3000)
    await insert(from, 'other', 0, 30)
    await insert(from, 'tägl 😀', 0, 30)
  })
  afterAll(async () => {
    for (const it of started) await it[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a dump under writes holds all that was written before it, and comes back whole into an empty server', async () => {
    let n = 0
    const until = new AbortController()
    const writer = (async () => {
      for (; !until.signal.aborted; n += 10) await insert(from, 'grows', n, 10)
    })()
    await expect.poll(() => n).toBeGreaterThan(30)
    const before = n
    const file = await one()
    until.abort()
    await writer
    expect(file.name).toBe('mongodb.archive')
    await insert(into, 'fixed', 1_000_000, 5)
    await restore(service, recipe(into), [file], options)
    expect(await documents(into, 'fixed')).toEqual(await documents(from, 'fixed'))
    expect(await documents(into, 'other')).toEqual(await documents(from, 'other'))
    expect(await documents(into, 'tägl 😀')).toEqual(await documents(from, 'tägl 😀'))
    expect((await documents(into, 'tägl 😀')).length).toBe(30 * document(0).length)
    const grown = await documents(into, 'grows')
    expect(grown.length).toBeGreaterThanOrEqual(before * document(0).length)
    expect(grown).toEqual((await documents(from, 'grows')).subarray(0, grown.length))
  })

  test('no beginning of a dump is whole, nor is a damaged one, and what a connection swallows is missed', async () => {
    const file = await one()
    await expectProven(service, recipe(from), file, 0)
    const damaged = Buffer.from(file.bytes)
    const inText = damaged.lastIndexOf('é') + 4
    damaged[inText] = (damaged[inText] ?? 0) ^ 1
    const before = await documents(into, 'fixed')
    await expect(restore(service, recipe(into), [partOf(file.name, damaged)], options)).rejects.toMatchObject({
      code: 'DUMP.NOT_WHOLE',
    })
    expect(await documents(into, 'fixed')).toEqual(before)
    for await (const { content, whole } of dump(servicePort(environment, cutAfter(1000)), recipe(from), options)) {
      content.resume()
      await expect(whole).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      break
    }
  })

  test('a password reaches the tools, and a refusal says nothing of it', async () => {
    const settings = { port: String(from), user: 'me', password: `p'a"$(id) : #x\`x\`` }
    const error: unknown = await collect(service, { engine, settings }, options).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DUMP.REFUSED', why: expect.stringMatching(/unable to authenticate/) })
    expect(JSON.stringify(error)).not.toContain('$(id)')
  })
})

/** `{ _id: N, text: 'é N' }`; all are of one length. */
function document(n: number): Buffer {
  const text = Buffer.from(`é ${String(n).padStart(8)}\0`)
  const fields = [
    Buffer.from('\u0010_id\0'),
    int(n),
    Buffer.from('\u0002text\0'),
    int(text.length),
    text,
    Buffer.from([0]),
  ]
  const body = Buffer.concat(fields)
  return Buffer.concat([int(body.length + 4), body])
}

function int(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(n)
  return bytes
}
