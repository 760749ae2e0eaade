import { isSalvageError } from '@salvage-kit/core'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { connected } from './connected.ts'
import { configMap, json, status } from './fault-server.ts'

const at = { namespace: 'shop', name: 'a' }
const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: at }
const options = { signal: new AbortController().signal }

describe('an answer that refuses', () => {
  it.each([
    [400, {}, 'K8S.INVALID'],
    [403, { message: 'configmaps is forbidden: User "me" cannot create resource "configmaps"' }, 'K8S.FORBIDDEN'],
    [404, { reason: 'NotFound', details: { name: 'shop', kind: 'namespaces' } }, 'K8S.NOT_FOUND'],
    [404, {}, 'K8S.NO_KIND'],
    [405, {}, 'K8S.REFUSED'],
    [409, { reason: 'AlreadyExists' }, 'K8S.EXISTS'],
    [409, { reason: 'Conflict' }, 'K8S.CONFLICT'],
    [422, { reason: 'Invalid' }, 'K8S.INVALID'],
  ])('with %i %o is %s, once, and nothing was changed', async (code, said, expected) => {
    await using here = await connected((_, response) => status(response, code, said))
    await expect(here.cluster.create(KINDS.configMap, manifest, options)).rejects.toMatchObject({
      code: expected,
      untouched: true,
      retryable: false,
    })
    expect(here.server.asked).toHaveLength(1)
  })

  it('with 401 is asked once more, then told', async () => {
    await using here = await connected((_, response) => status(response, 401, { message: 'Unauthorized' }))
    await expect(here.cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ code: 'K8S.UNAUTHORIZED' })
    expect(here.server.asked).toHaveLength(2)
  })

  it('says what is to be done about missing rights, and not about a quota', async () => {
    const messages = ['User "me" cannot create resource "configmaps"', 'exceeded quota: q']
    await using here = await connected((_, response, number) =>
      status(response, 403, { reason: 'Forbidden', message: messages[number] ?? '' }),
    )
    const hints = []
    for (const _ of messages) {
      const error: unknown = await here.cluster
        .create(KINDS.configMap, manifest, options)
        .catch((cause: unknown) => cause)
      hints.push(isSalvageError(error) && error.hint !== undefined)
    }
    expect(hints).toEqual([true, false])
  })

  it('tells the words of a proxy without its markup', async () => {
    await using here = await connected(
      (_, response) =>
        void response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Denied</h1>\n<p>by the gateway</p>'),
    )
    await expect(here.cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ why: 'Denied by the gateway' })
  })
})

describe('what is not there', () => {
  const gone = { reason: 'NotFound', details: { name: 'a', kind: 'configmaps' } }

  it.each([
    ['get', (cluster: Cluster) => cluster.get(KINDS.configMap, at, options)],
    ['patch', (cluster: Cluster) => cluster.patch(KINDS.configMap, at, { type: 'merge', body: {} }, options)],
    ['remove', (cluster: Cluster) => cluster.remove(KINDS.configMap, at, options)],
  ])('is no error of %s', async (_, call) => {
    await using here = await connected((__, response) => status(response, 404, gone))
    expect(await call(here.cluster)).toBeUndefined()
  })
})

describe('a removal', () => {
  it('says the uid, and leaves another object of the name alone without an error', async () => {
    const message =
      'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: 1, UID in object meta: 2'
    await using here = await connected((_, response) => status(response, 409, { reason: 'Conflict', message }))
    await here.cluster.remove(KINDS.configMap, at, { ...options, uid: '1' })
    expect(JSON.parse(here.server.asked[0]?.body ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid: '1' },
    })
  })
})

describe('a change', () => {
  it.each([
    ['merge', { type: 'merge', body: { a: null } }, 'application/merge-patch+json'],
    ['json', { type: 'json', body: [{ op: 'remove', path: '/a' }] }, 'application/json-patch+json'],
  ] as const)('by a %s patch is sent as such, by this program', async (_, change, type) => {
    await using here = await connected((__, response) => json(response, configMap('a')))
    await here.cluster.patch(KINDS.deployment, { ...at, subresource: 'scale' }, change, options)
    const [asked] = here.server.asked
    expect(asked?.headers['content-type']).toBe(type)
    expect(asked?.path).toBe('/apis/apps/v1/namespaces/shop/deployments/a/scale')
    expect(asked?.query.get('fieldManager')).toBe('salvage-kit')
  })

  it('that tests something which is not so is a conflict; one that the server cannot accept is not', async () => {
    const causes = [{ reason: 'FieldValueInvalid', field: 'metadata.labels' }]
    await using here = await connected((_, response, number) =>
      status(response, 422, { reason: 'Invalid', ...(number === 0 ? {} : { details: { causes } }) }),
    )
    const change = { type: 'json', body: [{ op: 'test', path: '/a', value: 1 }] } as const
    const patch = (): Promise<unknown> => here.cluster.patch(KINDS.configMap, at, change, options)
    await expect(patch()).rejects.toMatchObject({ code: 'K8S.CONFLICT' })
    await expect(patch()).rejects.toMatchObject({ code: 'K8S.INVALID' })
  })
})

describe('a name', () => {
  it.each(['', '.', '..', '../secrets/b', 'a/b', 'a%2fb'])('that leads elsewhere, "%s", is not sent', async (name) => {
    await using here = await connected((_, response) => json(response, configMap('a')))
    await expect(here.cluster.get(KINDS.configMap, { ...at, name }, options)).rejects.toMatchObject({
      code: 'K8S.INVALID',
    })
    expect(here.server.asked).toHaveLength(0)
  })
})
