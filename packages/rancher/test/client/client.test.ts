import { createServer } from 'node:net'
import { isSalvageError } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { cattle, cattleAddress } from '../../src/index.ts'
import type { Cattle, CattleOptions } from '../../src/index.ts'
import { ComposeConfig, Service } from '../../src/v1/client/schema.ts'
import type { FaultInput } from '../simulator/fault.ts'
import { startSimulator } from '../simulator/server.ts'
import type { Simulator, SimulatorOptions } from '../simulator/server.ts'
import { world } from '../simulator/small-world.ts'
import type { WorldInput } from '../simulator/world.ts'
import { selfSigned } from './certificate.ts'

const SECRET = 's3cret-of-the-key'
const KEY = { name: 'key', secret: SECRET }
const HASTY = { connectMs: 2000, requestMs: 300, attempts: 3, firstWaitMs: 5 }
const { signal } = new AbortController()

interface Pair extends AsyncDisposable {
  readonly api: Cattle
  readonly simulator: Simulator
}

async function pair(
  { services = 3, ...more }: Partial<WorldInput> & { readonly services?: number } = {},
  options: SimulatorOptions = {},
  line: Partial<CattleOptions> = {},
): Promise<Pair> {
  const one = world(Array.from({ length: services }, (_, at) => ({ id: at + 1, name: `s${String(at + 1)}` })))
  const keys = [{ ...KEY, project: '1a5' }]
  const simulator = await startSimulator({ ...one, keys, ...more }, options)
  const api = cattle(cattleAddress(simulator.origin), { key: KEY, patience: HASTY, ...line })
  return {
    api,
    simulator,
    async [Symbol.asyncDispose](): Promise<void> {
      await api[Symbol.asyncDispose]()
      await simulator[Symbol.asyncDispose]()
    },
  }
}

function faulty(...faults: readonly FaultInput[]): Promise<Pair> {
  return pair({}, { faults })
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isSalvageError(error)) throw new Error('it did not fail as it should', { cause: error })
  expect(JSON.stringify([error.message, error.why, error.hint, String(error.stack)])).not.toContain(SECRET)
  return error.code
}

const services = (api: Cattle): Promise<unknown> => api.list('services', Service, { signal })

test('a list is all of its pages, each object once', async () => {
  await using both = await pair({ services: 120, pageLimit: 50 })
  const { items } = await both.api.list('services', Service, { signal })
  expect(items.map(({ name }) => name)).toEqual(Array.from({ length: 120 }, (_, at) => `s${String(at + 1)}`))
  expect(both.simulator.requests).toEqual([
    'GET /v2-beta/services?limit=1000',
    'GET /v2-beta/services?limit=1000&marker=m50',
    'GET /v2-beta/services?limit=1000&marker=m100',
  ])
})

test('pages that lead in a circle are an error and not for ever', async () => {
  await using both = await faulty({ path: '/services', what: { kind: 'circle' } })
  expect(await failure(services(both.api))).toBe('RANCHER.PAGING')
  expect(both.simulator.requests).toHaveLength(1)
})

test('links that name another host are followed here, with the key', async () => {
  await using both = await pair({ services: 3, pageLimit: 2 }, { linkOrigin: 'https://elsewhere.example' })
  const { items } = await both.api.list('services', Service, { signal })
  expect(items).toHaveLength(3)
  expect(both.simulator.requests).toHaveLength(2)
})

test('what cannot be read spoils nothing else', async () => {
  const data = [
    { id: '1s1', type: 'service', name: 'good', launchConfig: null },
    { id: '1s2', type: 'service', name: 7 },
  ]
  await using both = await faulty({ path: '/services', what: { kind: 'body', body: { data } } })
  const { items, odd } = await both.api.list('services', Service, { signal })
  expect(items.map(({ name }) => name)).toEqual(['good'])
  expect(odd).toEqual(['1s2'])
})

test.each([
  ['status 500', { kind: 'status', status: 500 }],
  ['the page of a proxy', { kind: 'html', status: 502 }],
  ['status 429', { kind: 'status', status: 429 }],
  ['status 409', { kind: 'status', status: 409 }],
  ['silence', { kind: 'silent' }],
  ['an answer that stalls', { kind: 'stalls' }],
  ['an answer that breaks', { kind: 'breaks' }],
] as const)('reading is repeated after %s', async (_, what) => {
  await using both = await faulty({ path: '/services', times: 2, what })
  await services(both.api)
  expect(both.simulator.requests).toHaveLength(3)
})

test.each([
  ['RANCHER.REFUSED', { kind: 'status', status: 500 }, 3],
  ['RANCHER.UNREACHABLE', { kind: 'html', status: 503 }, 3],
  ['RANCHER.UNREACHABLE', { kind: 'silent' }, 3],
  ['RANCHER.UNREACHABLE', { kind: 'breaks' }, 3],
  ['RANCHER.FORBIDDEN', { kind: 'status', status: 403 }, 1],
  ['RANCHER.NOT_FOUND', { kind: 'status', status: 404 }, 1],
  ['RANCHER.INVALID', { kind: 'status', status: 422 }, 1],
  ['RANCHER.ANSWER', { kind: 'truncated' }, 1],
  ['RANCHER.ANSWER', { kind: 'body', body: { type: 'error' } }, 1],
  ['RANCHER.ADDRESS', { kind: 'redirect', to: 'https://elsewhere.example/' }, 1],
] as const)('%s, after as many attempts as make sense: %o', async (code, what, attempts) => {
  await using both = await faulty({ path: '/services', what })
  expect(await failure(services(both.api))).toBe(code)
  expect(both.simulator.requests).toHaveLength(attempts)
})

test('a slow answer in its time is good', async () => {
  await using both = await faulty({ path: '/services', what: { kind: 'slow', ms: 30 } })
  await services(both.api)
  expect(both.simulator.requests).toHaveLength(1)
})

test('a key that is not known is told at once, with neither key nor secret', async () => {
  await using both = await pair({}, {}, { key: { name: 'key', secret: `${SECRET}-no` } })
  expect(await failure(services(both.api))).toBe('RANCHER.UNAUTHORIZED')
  expect(both.simulator.requests).toHaveLength(1)
})

test('where access control is off no key is needed', async () => {
  const one = world([{}])
  await using simulator = await startSimulator({ ...one, keys: [] })
  await using api = cattle(cattleAddress(`${simulator.origin}/v1/projects/1a5`), { patience: HASTY })
  const { items } = await api.list('services', Service, { project: '1a5', signal })
  expect(items).toHaveLength(1)
})

const act = (both: Pair): Promise<unknown> =>
  both.api.act(`${both.simulator.origin}/v2-beta/stacks/1st1/?action=exportconfig`, ComposeConfig, { signal })

test('an action is repeated on a conflict only', async () => {
  const path = 'exportconfig'
  await using busy = await faulty({ path, times: 2, what: { kind: 'status', status: 409 } })
  expect(await act(busy)).toEqual({ dockerComposeConfig: "version: '2'\r\n", rancherComposeConfig: "version: '2'\r\n" })
  await using ill = await faulty({ path, times: 1, what: { kind: 'status', status: 500 } })
  expect(await failure(act(ill))).toBe('RANCHER.REFUSED')
  expect(ill.simulator.requests).toHaveLength(1)
})

test('nothing listens there', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await using api = cattle(cattleAddress(`http://127.0.0.1:${String(port)}`), { key: KEY, patience: HASTY })
  expect(await failure(services(api))).toBe('RANCHER.UNREACHABLE')
})

test('a certificate of an authority of its own', async () => {
  using folder = temporaryDirectory()
  const tls = await selfSigned(folder.path)
  await using strange = await pair({}, { tls })
  expect(await failure(services(strange.api))).toBe('RANCHER.CERTIFICATE')
  expect(strange.simulator.requests).toHaveLength(0)
  await using known = await pair({}, { tls }, { ca: tls.cert })
  await services(known.api)
})

test('an abort ends a call at once, with its own reason', async () => {
  await using both = await pair(
    {},
    { faults: [{ path: '/services', what: { kind: 'silent' } }] },
    {
      patience: { ...HASTY, requestMs: 60_000 },
    },
  )
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = both.api.list('services', Service, { signal: controller.signal })
  await expect.poll(() => both.simulator.requests.length).toBe(1)
  controller.abort(reason)
  await expect(call).rejects.toBe(reason)
})
