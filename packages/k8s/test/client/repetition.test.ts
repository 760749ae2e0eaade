import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/resource/kind.ts'
import { connected } from './connected.ts'
import { configMap, json, status } from './fault-server.ts'

const at = { namespace: 'shop', name: 'a' }
const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: at }
const options = { signal: new AbortController().signal }

describe('a call that gets no answer that holds', () => {
  it('is repeated after 429 not before the time that Retry-After says', async () => {
    await using here = await connected((_, response, number) => {
      if (number === 0) status(response, 429, { reason: 'TooManyRequests' }, { 'retry-after': '1' })
      else json(response, configMap('a'))
    })
    expect((await here.cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
    expect(here.server.asked[1]?.afterMs).toBeGreaterThanOrEqual(990)
  })

  it('is repeated after 503, after a reset before the answer and in the middle of a body', async () => {
    await using here = await connected((_, response, number) => {
      if (number === 0) return status(response, 503)
      if (number === 1) return void response.socket?.destroy()
      if (number > 2) return json(response, configMap('a'))
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"apiVersion":"v1","kind":"Conf')
      setTimeout(() => response.socket?.destroy(), 20)
    })
    expect((await here.cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
    expect(here.server.asked).toHaveLength(4)
  })

  it('is repeated when it is forbidden just after a connection broke: a server that starts does not know all roles', async () => {
    await using here = await connected((_, response, number) => {
      if (number === 0) return void response.socket?.destroy()
      if (number < 3) return status(response, 403, { reason: 'Forbidden' })
      json(response, configMap('a'))
    })
    expect((await here.cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
    expect(here.server.asked).toHaveLength(4)
  })

  it('is not repeated when it is forbidden by a server that was there all the time', async () => {
    await using here = await connected((_, response) => status(response, 403, { reason: 'Forbidden' }))
    await expect(here.cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ code: 'K8S.FORBIDDEN' })
    expect(here.server.asked).toHaveLength(1)
  })

  it('is given up as busy when Retry-After is longer than it has time', async () => {
    await using here = await connected((_, response) => status(response, 429, {}, { 'retry-after': '3600' }))
    await expect(here.cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({
      code: 'K8S.BUSY',
      retryable: true,
    })
    expect(here.server.asked).toHaveLength(1)
  })

  it('is given up after its time, and the message names the call and no secret', async () => {
    await using here = await connected((_, response) => void response.socket?.destroy(), { patienceMs: 1_000 })
    const error: unknown = await here.cluster.get(KINDS.configMap, at, options).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'K8S.UNREACHABLE', retryable: true, untouched: false })
    expect(error).toMatchObject({ message: expect.stringMatching(/^get ConfigMap shop\/a: no connection to https:/) })
    expect(here.server.asked.length).toBeGreaterThan(1)
    expect(shown(error)).not.toContain('TOKEN-SECRET')
  })

  it('is repeated when the server takes it and says nothing', async () => {
    await using here = await connected(
      (_, response, number) => {
        if (number > 0) json(response, configMap('a'))
      },
      { answerTimeoutMs: 300 },
    )
    expect((await here.cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
  })

  it('stops at once with the reason of its signal: while it waits, and while the server is silent', async () => {
    await using here = await connected((asked, response) => {
      if (asked.path.endsWith('/busy')) status(response, 429, {}, { 'retry-after': '5' })
    })
    for (const name of ['busy', 'silent']) {
      const reason = new Error('no longer wanted')
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 200)
      const call = here.cluster.get(KINDS.configMap, { ...at, name }, { signal: controller.signal })
      await expect(call).rejects.toBe(reason)
    }
  })
})

describe('a creation', () => {
  it('that was cut after it was done finds its own object', async () => {
    const objects = new Map<string, object>()
    await using here = await connected((asked, response) => {
      if (asked.method === 'GET') return json(response, objects.get('a'))
      if (objects.has('a')) return status(response, 409, { reason: 'AlreadyExists', details: { name: 'a' } })
      objects.set('a', JSON.parse(asked.body))
      response.socket?.destroy()
    })
    const made = await here.cluster.create(KINDS.configMap, manifest, options)
    expect(made).toEqual(objects.get('a'))
    expect(here.server.asked.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
  })

  it('that was cut and meets the object of somebody else says that the name is taken', async () => {
    await using here = await connected((asked, response, number) => {
      if (number === 0) return void response.socket?.destroy()
      if (asked.method === 'GET')
        return json(response, configMap('a', { annotations: { 'salvage-kit.io/request': 'of another call' } }))
      status(response, 409, { reason: 'AlreadyExists', message: 'configmaps "a" already exists' })
    })
    await expect(here.cluster.create(KINDS.configMap, manifest, options)).rejects.toMatchObject({
      code: 'K8S.EXISTS',
      why: 'configmaps "a" already exists',
    })
  })

  it('whose name is taken at once does not look whose it is', async () => {
    await using here = await connected((_, response) => status(response, 409, { reason: 'AlreadyExists' }))
    await expect(here.cluster.create(KINDS.configMap, manifest, options)).rejects.toMatchObject({
      code: 'K8S.EXISTS',
      untouched: true,
    })
    expect(here.server.asked).toHaveLength(1)
  })

  it('that met another one at the count of a quota is made again', async () => {
    await using here = await connected((_, response, number) => {
      if (number > 0) return json(response, configMap('a'), 201)
      status(response, 409, { reason: 'Conflict', details: { name: 'q', kind: 'resourcequotas' } })
    })
    await here.cluster.create(KINDS.configMap, manifest, options)
    expect(here.server.asked).toHaveLength(2)
  })
})

describe('a JSON patch', () => {
  const change = { type: 'json', body: [{ op: 'replace', path: '/data/a', value: '1' }] } as const

  it('that was cut is not sent again: it may have been done', async () => {
    await using here = await connected((_, response) => void response.socket?.destroy())
    await expect(here.cluster.patch(KINDS.configMap, at, change, options)).rejects.toMatchObject({
      code: 'K8S.UNREACHABLE',
      untouched: false,
      hint: expect.stringContaining('not known'),
    })
    expect(here.server.asked).toHaveLength(1)
  })

  it('that was not looked at is sent again', async () => {
    await using here = await connected((_, response, number) => {
      if (number === 0) status(response, 429)
      else json(response, configMap('a'))
    })
    await here.cluster.patch(KINDS.configMap, at, change, options)
    expect(here.server.asked).toHaveLength(2)
  })
})

describe('the pool', () => {
  it('makes 400 calls over at most 16 connections', async () => {
    await using here = await connected((_, response) => void setTimeout(() => json(response, configMap('a')), 5))
    await Promise.all(Array.from({ length: 400 }, () => here.cluster.get(KINDS.configMap, at, options)))
    expect(here.server.asked).toHaveLength(400)
    expect(here.server.connections.most).toBe(16)
    expect(here.server.connections.made).toBe(16)
  })

  it('lets calls through while more than 16 watches stand', async () => {
    await using here = await connected((asked, response) => {
      if (asked.query.get('watch') === null && asked.path.endsWith('/a')) return json(response, configMap('a'))
      if (asked.query.get('watch') === null) return json(response, { metadata: { resourceVersion: '1' }, items: [] })
      response.writeHead(200).flushHeaders()
    })
    const controller = new AbortController()
    const watches = Array.from({ length: 20 }, () =>
      here.cluster.watch(KINDS.configMap, { namespace: 'shop' }, { signal: controller.signal })[Symbol.asyncIterator](),
    )
    for (const watch of watches) expect((await watch.next()).value).toBe('ready')
    expect((await here.cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
    controller.abort()
  })
})

function shown(error: unknown): string {
  return error instanceof Error ? `${error.message} ${String(error.stack)} ${JSON.stringify(error)}` : String(error)
}
