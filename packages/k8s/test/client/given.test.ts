import { describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { configMap, faultServer, json, status } from './fault-server.ts'

const at = { namespace: 'shop', name: 'a' }
const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: at }
const options = { signal: new AbortController().signal }
const PREFIX = '/k8s/clusters/c-m-1'

describe('a server that is known without a kubeconfig', () => {
  it('is asked below its path, with the header of now, and nothing else is looked for', async () => {
    await using server = await faultServer(({ headers }, response) => {
      if (headers.authorization === 'Bearer new:secret') json(response, configMap('a'))
      else status(response, 401)
    })
    const said = ['Bearer old:secret', 'Bearer new:secret']
    await using cluster = await connect({
      given: {
        server: `${server.url}${PREFIX}`,
        ca: server.pair.cert,
        authorization: async () => said.shift() ?? 'Bearer new:secret',
      },
      environment: { KUBECONFIG: '/nonexistent/config' },
    })
    expect(cluster).toMatchObject({ server: `${server.url}${PREFIX}`, namespace: 'default' })
    expect((await cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
    expect(server.asked.map(({ path }) => path)).toEqual([
      `${PREFIX}/api/v1/namespaces/shop/configmaps/a`,
      `${PREFIX}/api/v1/namespaces/shop/configmaps/a`,
    ])
  })

  it('is not believed without its authority', async () => {
    await using server = await faultServer((_, response) => json(response, configMap('a')))
    const given = { server: server.url, authorization: async () => 'Bearer x:y' }
    await using cluster = await connect({ given, environment: {}, patienceMs: 200 })
    await expect(cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ code: 'K8S.UNREACHABLE' })
    expect(server.asked).toEqual([])
  })
})

describe('a proxy that says in plain text that the cluster is away', () => {
  it('is asked again where twice is the same as once', async () => {
    await using server = await faultServer((_, response, number) => {
      if (number > 1) json(response, configMap('a'))
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('cluster agent disconnected')
    })
    const given = { server: server.url, ca: server.pair.cert, authorization: async () => 'Bearer x:y' }
    await using cluster = await connect({ given, environment: {} })
    expect((await cluster.get(KINDS.configMap, at, options))?.metadata.name).toBe('a')
  })

  it('is believed at once where it is not, and nobody knows what came of it', async () => {
    await using server = await faultServer((_, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end('cluster agent disconnected')
    })
    const given = { server: server.url, ca: server.pair.cert, authorization: async () => 'Bearer x:y' }
    await using cluster = await connect({ given, environment: {} })
    const change = { type: 'json', body: [{ op: 'add', path: '/data', value: {} }] } as const
    await expect(cluster.patch(KINDS.configMap, at, change, options)).rejects.toMatchObject({
      code: 'K8S.UNREACHABLE',
      why: 'cluster agent disconnected',
      untouched: false,
      retryable: true,
    })
    expect(server.asked).toHaveLength(1)
  })

  it('is no failure of the server itself, which is not asked again', async () => {
    await using server = await faultServer((_, response) => status(response, 500, { message: 'etcd is away' }))
    const given = { server: server.url, ca: server.pair.cert, authorization: async () => 'Bearer x:y' }
    await using cluster = await connect({ given, environment: {} })
    await expect(cluster.create(KINDS.configMap, manifest, options)).rejects.toMatchObject({ code: 'K8S.REFUSED' })
    await expect(cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ code: 'K8S.REFUSED' })
    expect(server.asked).toHaveLength(2)
  })
})
