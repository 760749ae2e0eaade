import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { norman } from '../../src/v2/client/norman.ts'
import { ClusterDocument } from '../../src/v2/client/schema.ts'
import { selfSigned } from '../client/certificate.ts'
import type { Fault } from '../simulator-v2/fault.ts'
import { BEARER, failure, HASTY, pair } from './pair.ts'

const { signal } = new AbortController()
const clusters = Array.from({ length: 7 }, (_, at) => ({ id: `c-m-${String(at)}`, name: `n${String(at)}` }))

test('a list is all of its pages, also where links name another host', async () => {
  await using here = await pair({ clusters, pageLimit: 3 }, { linkOrigin: 'https://elsewhere.example.org' })
  const found = await here.api.clusters({ signal })
  expect(found).toEqual({ clusters, findings: [] })
  expect(here.simulator.requests).toEqual([
    'GET /v3/clusters?limit=1000',
    'GET /v3/clusters?limit=1000&marker=c-m-3',
    'GET /v3/clusters?limit=1000&marker=c-m-6',
  ])
})

test.each([
  ['circle', { kind: 'circle' }],
  ['part without a way to the rest', { kind: 'noNext' }],
] satisfies readonly (readonly [string, Fault['what']])[])(
  'a %s is an error and never a short list',
  async (_, what) => {
    await using here = await pair({ clusters, pageLimit: 3 }, { faults: [{ path: '/v3/clusters', what }] })
    expect(await failure(here.api.clusters({ signal }))).toMatchObject({ code: 'RANCHER.PAGING' })
  },
)

test.each([
  [{ kind: 'status', status: 403, code: 'PermissionDenied' }, 'RANCHER.FORBIDDEN'],
  [{ kind: 'status', status: 404, code: 'NotFound' }, 'RANCHER.NOT_FOUND'],
  [{ kind: 'status', status: 422, code: 'InvalidBodyContent' }, 'RANCHER.INVALID'],
  [{ kind: 'status', status: 500, code: 'ServerError' }, 'RANCHER.REFUSED'],
  [{ kind: 'status', status: 503, code: 'ClusterUnavailable' }, 'RANCHER.UNREACHABLE'],
  [{ kind: 'silent' }, 'RANCHER.UNREACHABLE'],
  [{ kind: 'breaks' }, 'RANCHER.UNREACHABLE'],
  [{ kind: 'body', body: '<html>login</html>' }, 'RANCHER.ANSWER'],
  [{ kind: 'body', body: '{"data":[{"name":"x"}]}' }, 'RANCHER.ANSWER'],
] satisfies readonly (readonly [Fault['what'], string])[])('%j is %s', async (what, code) => {
  await using here = await pair({ clusters }, { faults: [{ path: '/v3/clusters', what }] })
  expect(await failure(here.api.clusters({ signal }))).toMatchObject({ code })
})

test.each([
  { kind: 'status', status: 500, code: 'ServerError' },
  { kind: 'silent' },
  { kind: 'breaks' },
] satisfies readonly Fault['what'][])('what passes, such as %j, is waited for', async (what) => {
  await using here = await pair({ clusters }, { faults: [{ path: '/v3/clusters', times: 2, what }] })
  expect((await here.api.clusters({ signal })).clusters).toHaveLength(7)
})

test.each(['token-abcde:x1', 'kubeconfig-u-q7xyz:x1', 'ext/token-abcde:x1'])('%s is a token', async (bearer) => {
  await using here = await pair({ clusters, tokens: [{ bearer }] })
  here.setToken(bearer)
  expect((await here.api.clusters({ signal })).clusters).toHaveLength(7)
})

test.each(['', 'no-colon', 'two:of:them', 'a:b\nc:d'])('%j is none, and nobody is called', async (text) => {
  await using here = await pair({ clusters })
  here.setToken(text)
  expect(await failure(here.api.clusters({ signal }))).toMatchObject({ code: 'RANCHER.TOKEN' })
  expect(here.simulator.requests).toEqual([])
})

test('a file that is not there is one clear error', async () => {
  await using here = await pair({ clusters }, {}, { tokenFile: '/nonexistent/token' })
  expect(await failure(here.api.clusters({ signal }))).toMatchObject({
    code: 'RANCHER.TOKEN',
    message: expect.stringContaining('/nonexistent/token'),
  })
})

test('a token that is replaced counts from the next call on; one that is not known is told of at once', async () => {
  await using here = await pair({ clusters, tokens: [{ bearer: 'token-new:y2' }] })
  expect(await failure(here.api.clusters({ signal }))).toMatchObject({ code: 'RANCHER.UNAUTHORIZED' })
  expect(here.simulator.requests).toHaveLength(1)
  here.setToken('token-new:y2')
  expect((await here.api.clusters({ signal })).clusters).toHaveLength(7)
})

test('a token that is replaced during a call is taken for the same call, once', async () => {
  await using here = await pair({ clusters, tokens: [{ bearer: 'token-new:y2' }] })
  const said = ['old:x', 'token-new:y2', 'token-new:y2']
  await using api = norman(here.simulator.origin, {
    authorization: async () => `Bearer ${said.shift() ?? 'none:left'}`,
    patience: HASTY,
  })
  expect((await api.list('/clusters', ClusterDocument, { signal })).items).toHaveLength(7)
  expect(await failure(api.list('/clusters', ClusterDocument, { signal }))).toMatchObject({
    code: 'RANCHER.UNAUTHORIZED',
  })
  expect(here.simulator.requests).toHaveLength(3)
})

test('the certificate of an own authority is accepted with its file only', async () => {
  using folder = temporaryDirectory()
  const tls = await selfSigned(folder.path)
  await using without = await pair({ clusters }, { tls })
  expect(await failure(without.api.clusters({ signal }))).toMatchObject({ code: 'RANCHER.CERTIFICATE' })
  expect(without.simulator.requests).toEqual([])
  await using known = await pair({ clusters }, { tls }, { ca: tls.cert })
  expect((await known.api.clusters({ signal })).clusters).toHaveLength(7)
})

test('a token that ends within a week is a finding, others are not', async () => {
  const now = new Date('2026-05-01T00:00:00Z')
  const endOf = async (expiresAt: string): Promise<unknown> => {
    await using here = await pair({
      clusters,
      tokens: [
        { bearer: 'token-other:z', expiresAt: '2026-05-02T00:00:00Z' },
        { bearer: BEARER, expiresAt },
      ],
    })
    return await here.api.tokenEnd(now, { signal })
  }
  expect(await endOf('2026-05-07T00:00:00Z')).toMatchObject({
    code: 'RANCHER.TOKEN_ENDS',
    message: expect.stringContaining('2026-05-07'),
  })
  expect(await endOf('2026-06-07T00:00:00Z')).toBeUndefined()
  expect(await endOf('')).toBeUndefined()
})

test.each([
  { kind: 'status', status: 500, code: 'ServerError' },
  { kind: 'status', status: 422, code: 'InvalidBodyContent' },
  { kind: 'breaks' },
  { kind: 'body', body: '<html>' },
] satisfies readonly Fault['what'][])(
  'a server that does not tell the end of a token, by %j, fails nothing',
  async (what) => {
    await using here = await pair({ clusters }, { faults: [{ path: '/v3/tokens', what }] })
    expect(await here.api.tokenEnd(new Date(), { signal })).toBeUndefined()
    await expect(here.api.tokenEnd(new Date(), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
  },
)

test('a call stops when it is told', async () => {
  await using here = await pair({ clusters }, { faults: [{ path: '/v3/clusters', what: { kind: 'silent' } }] })
  const stop = new AbortController()
  const call = here.api.clusters({ signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
})
