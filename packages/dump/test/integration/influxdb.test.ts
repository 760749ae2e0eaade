import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Recipe } from '../../src/index.ts'
import { dump, engineNamed, restore } from '../../src/index.ts'
import { cutAfter } from '../spawn-port.ts'
import { collect } from './collected.ts'
import { expectProven } from './proofs.ts'
import type { Server } from './server.ts'
import { freePort, server, servicePort } from './server.ts'

const influx = part('influxdb')

/** An InfluxDB 1 of a test's own. */
interface Influx {
  readonly recipe: Recipe
  ask(query: string): Promise<string>
  write(lines: string): Promise<void>
}

describe.skipIf(!influx.available)('InfluxDB 1', () => {
  const options = { signal: new AbortController().signal, where: 'here' }
  const folder = temporaryDirectory()
  const started: Server[] = []
  const programs = join(influx.address, 'usr', 'bin')
  const environment = { PATH: `${programs}:${process.env['PATH'] ?? ''}` }
  const service = servicePort(environment)
  const engine = engineNamed('influxdb')
  if (engine === undefined) throw new Error('no engine')
  let from: Influx
  let into: Influx

  const start = async (name: string): Promise<Influx> => {
    const [rpc, http] = [await freePort(), await freePort()]
    const at = join(folder.path, name)
    const config = `${at}.conf`
    const store = `[meta]\ndir = "${at}/meta"\n[data]\ndir = "${at}/data"\nwal-dir = "${at}/wal"\nquery-log-enabled = false`
    const web = `[http]\nbind-address = "127.0.0.1:${http}"\nlog-enabled = false`
    writeFileSync(
      config,
      `reporting-disabled = true\nbind-address = "127.0.0.1:${rpc}"\n${store}\n${web}\n[monitor]\nstore-enabled = false\n`,
    )
    const url = `http://127.0.0.1:${http}`
    const ready = async (): Promise<boolean> => (await fetch(`${url}/ping`)).ok
    started.push(await server({ argv: [join(programs, 'influxd'), 'run', '-config', config], ready }))
    const post = async (path: string, body: string | URLSearchParams): Promise<string> => {
      const answer = await fetch(`${url}${path}`, { method: 'POST', body })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.text()
    }
    return {
      recipe: { engine, settings: { host: `127.0.0.1:${rpc}` } },
      ask: async (q) => post('/query', new URLSearchParams({ q, db: 'one' })),
      write: async (lines) => void (await post('/write?db=one', lines)),
    }
  }
  beforeAll(async () => {
    from = await start('from')
    into = await start('into')
    await from.ask('CREATE DATABASE one; CREATE DATABASE "an odd $(id) one"')
    const lines = Array.from({ length: 5000 }, (_, n) => `fixed,tag=t${n % 7} text="é ${n}",n=${n}i ${nanoseconds(n)}`)
    await from.write(lines.join('\n'))
    await from.write(`tägl\\ 😀,tag=wert\\ $x text="é 😀" 1`)
  })
  afterAll(async () => {
    for (const one of started) await one[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a dump under writes holds all that was written before it, and comes back whole into an empty server', async () => {
    let n = 0
    const until = new AbortController()
    const writer = (async () => {
      for (; !until.signal.aborted; n++) await from.write(`grows n=${n}i ${nanoseconds(n)}`)
    })()
    await expect.poll(() => n).toBeGreaterThan(50)
    const before = n - 1
    const [file] = await collect(service, from.recipe, options)
    until.abort()
    await writer
    if (file === undefined) throw new Error('no file')
    expect(file.name).toBe('influxdb-1.tar')
    await restore(service, into.recipe, [file], options)
    // The program ends before the server has opened what it got.
    await expect.poll(() => into.ask('SELECT count(n) FROM grows')).not.toContain('shard is disabled')
    const count = /\[0,(\d+),(\d+)\]/.exec(
      (await into.ask('SELECT count(n), max(n) FROM grows')).replace('"1970-01-01T00:00:00Z"', '0'),
    )
    expect(Number(count?.[2])).toBeGreaterThanOrEqual(before)
    expect(Number(count?.[1])).toBe(Number(count?.[2]) + 1)
    for (const query of ['SELECT * FROM fixed', 'SELECT * FROM "tägl 😀"', 'SHOW DATABASES', 'SHOW RETENTION POLICIES'])
      expect(await into.ask(query)).toBe(await from.ask(query))
    await into.write('fixed n=1i 1')
    const kept = await into.ask('SELECT * FROM fixed')
    await expect(restore(service, into.recipe, [file], options)).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
    expect(await into.ask('SELECT * FROM fixed')).toBe(kept)
  })

  test('no beginning of a dump is whole, and what a connection swallows is missed', async () => {
    const [file] = await collect(service, from.recipe, options)
    if (file === undefined) throw new Error('no file')
    await expectProven(service, from.recipe, file, 0)
    for await (const { content, whole } of dump(servicePort(environment, cutAfter(1000)), from.recipe, options)) {
      content.resume()
      await expect(whole).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      break
    }
  })
})

/** More than a number can tell. */
function nanoseconds(n: number): string {
  return `1600000000${String(n).padStart(9, '0')}`
}
