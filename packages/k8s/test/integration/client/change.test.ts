import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { clusterContract } from '../../cluster-contract.ts'

const options = { signal: new AbortController().signal }
const namespace = 'default'

function configMap(name: string, data: Record<string, string>): Parameters<Cluster['create']>[1] {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

describe.skipIf(!part('kubernetes-api').available)('on a real API server', () => {
  let kubernetes: KubernetesCluster
  let cluster: Cluster
  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await kubernetes?.[Symbol.asyncDispose]()
  })

  clusterContract(() => cluster)

  it('a name is given once', async () => {
    await cluster.create(KINDS.configMap, configMap('once', { a: '1' }), options)
    await expect(cluster.create(KINDS.configMap, configMap('once', {}), options)).rejects.toMatchObject({
      code: 'K8S.EXISTS',
    })
    const elsewhere = { ...configMap('once', {}), metadata: { name: 'once', namespace: 'nowhere' } }
    await expect(cluster.create(KINDS.configMap, elsewhere, options)).rejects.toMatchObject({ code: 'K8S.NOT_FOUND' })
    await expect(cluster.create(KINDS.configMap, configMap('No_Name', {}), options)).rejects.toMatchObject({
      code: 'K8S.INVALID',
    })
  })

  it('server-side apply makes it, changes what it says, and leaves the fields of others', async () => {
    await cluster.apply(KINDS.configMap, configMap('applied', { ours: '1' }), options)
    await kubernetes.kubectl([
      'patch',
      'configmap',
      'applied',
      '--type=merge',
      '-p',
      '{"data":{"theirs":"x","ours":"y"}}',
    ])
    const { data } = await cluster.apply(KINDS.configMap, configMap('applied', { ours: '2' }), options)
    expect(data).toEqual({ ours: '2', theirs: 'x' })
    const forgotten = await cluster.apply(KINDS.configMap, configMap('applied', {}), options)
    expect(forgotten['data']).toEqual({ theirs: 'x' })
  })

  it('a JSON patch that tests what is no longer so is a conflict and changes nothing; a merge patch removes', async () => {
    const at = { namespace, name: 'patched' }
    await cluster.create(KINDS.configMap, configMap('patched', { turn: '1', gone: 'x' }), options)
    const claim = (from: string, to: string): ReturnType<Cluster['patch']> => {
      const body = [
        { op: 'test', path: '/data/turn', value: from },
        { op: 'replace', path: '/data/turn', value: to },
      ] as const
      return cluster.patch(KINDS.configMap, at, { type: 'json', body }, options)
    }
    const taken = await Promise.allSettled(['a', 'b', 'c', 'd'].map((to) => claim('1', to)))
    expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const lost = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    for (const error of lost) expect(error).toMatchObject({ code: 'K8S.CONFLICT', untouched: true })
    const merged = await cluster.patch(KINDS.configMap, at, { type: 'merge', body: { data: { gone: null } } }, options)
    expect(merged?.['data']).not.toHaveProperty('gone')
    expect(
      await cluster.patch(KINDS.configMap, { namespace, name: 'none' }, { type: 'merge', body: {} }, options),
    ).toBe(undefined)
  })

  it('a Deployment is scaled by its sub-resource, and only from what was read', async () => {
    const labels = { app: 'web' }
    const spec = {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } },
    }
    const metadata = { name: 'web', namespace }
    await cluster.create(KINDS.deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec }, options)
    const at = { ...metadata, subresource: 'scale' }
    const body = [
      { op: 'test', path: '/spec/replicas', value: 3 },
      { op: 'replace', path: '/spec/replicas', value: 0 },
    ] as const
    const scale = await cluster.patch(KINDS.deployment, at, { type: 'json', body }, options)
    expect(scale).toMatchObject({ kind: 'Scale', spec: {} })
    await expect(cluster.patch(KINDS.deployment, at, { type: 'json', body }, options)).rejects.toMatchObject({
      code: 'K8S.CONFLICT',
    })
  })

  it('says which versions of a group it serves, and that a kind is not served', async () => {
    const groups = cluster.served('groupsnapshot.storage.k8s.io', ['v1beta1', 'v1', 'v1beta2'], options)
    expect(await groups).toBe('v1')
    expect(await cluster.served('', ['v1'], options)).toBe('v1')
    expect(await cluster.served('cbt.storage.k8s.io', ['v1beta1'], options)).toBeUndefined()
    const unknown = { ...KINDS.volumeSnapshot, group: 'nobody.example' }
    await expect(Array.fromAsync(cluster.list(unknown, {}, options))).rejects.toMatchObject({ code: 'K8S.NO_KIND' })
  })

  it('the log of a pod that is not there is an error, not an empty log', async () => {
    await expect(Array.fromAsync(cluster.log({ namespace, pod: 'none' }, options))).rejects.toMatchObject({
      code: 'K8S.NOT_FOUND',
    })
  })
})
