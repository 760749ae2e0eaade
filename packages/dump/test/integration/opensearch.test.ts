import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPart, temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExecPort, Recipe } from '../../src/index.ts'
import { engineNamed, restore } from '../../src/index.ts'
import { herePort } from '../spawn-port.ts'
import { collect } from './collected.ts'
import { expectProven } from './proofs.ts'
import type { Server } from './server.ts'
import { freePort, server } from './server.ts'

/** Got on request only: no part that everybody has to have. */
const opensearch = findPart('opensearch')
/** It refuses to run as root. */
const NOBODY = ['setpriv', '--reuid=65534', '--clear-groups', '--'] as const

describe.skipIf(!opensearch.available || process.getuid?.() !== 0)('OpenSearch', () => {
  const folder = temporaryDirectory()
  const home = join(folder.path, 'home')
  const options = { signal: new AbortController().signal, where: 'here' }
  const engine = engineNamed('opensearch')
  if (engine === undefined) throw new Error('no engine')
  const here = herePort()
  const service: ExecPort = {
    exec: async (request, call) => here.exec({ ...request, argv: [...NOBODY, ...request.argv] }, call),
  }
  const NAME = 'tägl😀'
  const GROWS = encodeURIComponent(NAME)
  let running: Server | undefined
  let url = ''
  let recipe: Recipe = { engine, settings: {} }

  const ask = async (method: string, path: string, body?: string): Promise<string> => {
    const headers = { 'Content-Type': 'application/x-ndjson' }
    const answer = await fetch(`${url}/${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
    return answer.text()
  }
  beforeAll(async () => {
    for (const name of ['config', 'modules', 'plugins', 'data', 'logs', 'repo'])
      mkdirSync(join(home, name), { recursive: true })
    cpSync(join(opensearch.address, 'lib'), join(home, 'lib'), { recursive: true })
    cpSync(join(opensearch.address, 'module'), join(home, 'modules', 'transport-netty4'), { recursive: true })
    const http = await freePort()
    const config = `discovery.type: single-node\nhttp.port: ${http}\ntransport.port: ${await freePort()}\npath.repo: ${home}/repo\nnetwork.host: 127.0.0.1\n`
    writeFileSync(join(home, 'config', 'opensearch.yml'), config)
    writeFileSync(join(home, 'config', 'log4j2.properties'), 'status = error\nrootLogger.level = error\n')
    execFileSync('chown', ['-R', '65534', folder.path])
    url = `http://127.0.0.1:${http}`
    recipe = { engine, settings: { url, repository: join(home, 'repo') } }
    const properties = [
      `-Dopensearch.path.home=${home}`,
      `-Dopensearch.path.conf=${home}/config`,
      '-Dopensearch.distribution.type=tar',
    ]
    const java = ['-Xms256m', '-Xmx256m', ...properties, '-Djava.security.manager=allow', '-cp', `${home}/lib/*`]
    const argv = [...NOBODY, 'java', ...java, 'org.opensearch.bootstrap.OpenSearch'] as const
    running = await server({ argv: [...argv], ready: async () => (await fetch(url)).ok })
    const lines = Array.from(
      { length: 200 },
      (_, n) => `{"index":{"_index":"things","_id":"${n}"}}\n{"n":${n},"text":"é ${n}"}\n`,
    )
    expect(await ask('POST', '_bulk?refresh=true', lines.join(''))).toContain('"errors":false')
  })
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  test('a dump comes back whole, and not over an index that is there; no beginning of it is whole', async () => {
    const until = new AbortController()
    let written = 0
    const writer = (async () => {
      for (; !until.signal.aborted; written += 1)
        await ask('POST', '_bulk', `{"index":{"_index":"${NAME}","_id":"${written}"}}\n{"n":${written}}\n`)
    })()
    await expect.poll(() => written).toBeGreaterThan(20)
    const atLeast = written
    const [file] = await collect(service, recipe, options)
    until.abort()
    await writer
    if (file === undefined) throw new Error('no file')
    await expectProven(service, recipe, file, 0)
    const all = async (): Promise<unknown> => {
      const found: unknown = JSON.parse(
        await ask('GET', 'things/_search?size=1000&sort=n&filter_path=hits.hits._source'),
      )
      return found
    }
    const before = await all()
    await expect(restore(service, recipe, [file], options)).rejects.toMatchObject({ code: 'DUMP.RESTORE_FAILED' })
    expect(await all()).toEqual(before)
    await ask('DELETE', 'things')
    await ask('DELETE', GROWS)
    await restore(service, recipe, [file], options)
    expect(await all()).toEqual(before)
    // One shard: what came before something that is there is there as well.
    const grown = Number(/"count":(\d+)/.exec(await ask('GET', `${GROWS}/_count`))?.[1])
    expect(grown).toBeGreaterThanOrEqual(atLeast)
    const last = `${GROWS}/_doc/${grown - 1}?filter_path=found`
    expect(await ask('GET', last)).toBe('{"found":true}')
    expect(await ask('GET', '_snapshot')).toBe('{}')
    expect(readdirSync(join(home, 'repo'))).toEqual([])
  })
})
