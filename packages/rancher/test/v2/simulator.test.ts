import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { startSimulator } from '../simulator-v2/server.ts'

const BEARER = 'ext/token-abc:xyz'
const lost = { id: 'c-m-2', name: 'lost', agent: 'disconnected' as const, waitMs: 10 }
const fresh = { id: 'c-m-3', name: 'new', agent: 'unprovisioned' as const }
const world = { clusters: [{ id: 'c-m-1', name: 'a' }, lost, fresh], tokens: [{ bearer: BEARER }], cacerts: 'PEM' }

test.each([
  ['bearer', { authorization: `Bearer ${BEARER}` }, 200],
  ['basic', { authorization: `Basic ${Buffer.from(BEARER).toString('base64')}` }, 200],
  ['cookie', { cookie: `a=b; R_SESS=${BEARER}` }, 200],
  ['a wrong secret', { authorization: 'Bearer ext/token-abc:xyy' }, 401],
  ['nothing', {}, 401],
])('a request with %s', async (_, headers, status) => {
  await using simulator = await startSimulator(world)
  const answer = await fetch(`${simulator.origin}/v3/clusters`, { headers })
  expect(answer.status).toBe(status)
  const body: unknown = await answer.json()
  expect(body).toMatchObject(status === 200 ? { type: 'collection' } : { type: 'error', status: '401' })
})

test('errors are in the forms of their APIs, and the authorities are told to everybody', async () => {
  await using simulator = await startSimulator(world)
  const get = async (path: string): Promise<readonly [number, string | null, string]> => {
    const answer = await fetch(`${simulator.origin}${path}`, { headers: { authorization: `Bearer ${BEARER}` } })
    return [answer.status, answer.headers.get('content-type'), await answer.text()]
  }
  expect(await get('/v3/clusters/c-m-9')).toEqual([404, 'application/json', expect.stringContaining('"status":404')])
  expect(await get('/v3/cluster/c-m-2/namespaces')).toEqual([
    503,
    'application/json',
    expect.stringContaining('Unavail'),
  ])
  expect(await get('/k8s/clusters/c-m-2/api')).toEqual([
    500,
    expect.stringContaining('text'),
    'cluster agent disconnected',
  ])
  expect(await get('/k8s/clusters/c-m-3/api')).toEqual([
    503,
    expect.stringContaining('text'),
    expect.stringMatching(/^\{"Code":\{/),
  ])
  expect(await get('/k8s/clusters/c-m-9/api')).toEqual([
    404,
    expect.stringContaining('text'),
    expect.stringMatching(/^\{"Code":\{/),
  ])
  const free = await fetch(`${simulator.origin}/v3/settings/cacerts`)
  expect(await free.json()).toMatchObject({ id: 'cacerts', value: 'PEM' })
})

test('the simulator is a program: a file in, an address out, and it ends when it is told', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'world.json')
  writeFileSync(file, JSON.stringify(world))
  const program = fileURLToPath(new URL('../simulator-v2/main.ts', import.meta.url))
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  try {
    const [address] = await once(createInterface(child.stdout), 'line')
    expect(await (await fetch(`${String(address)}/ping`)).text()).toBe('pong')
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exit).toEqual([0, null])
})
