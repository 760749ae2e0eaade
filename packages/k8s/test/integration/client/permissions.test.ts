import { setTimeout as sleep } from 'node:timers/promises'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import type { Cluster, Permission } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { roleFor } from '../../../src/client/role.ts'
import { KINDS } from '../../../src/resource/kind.ts'

const options = { signal: new AbortController().signal }
const namespace = 'default'
const SNAPSHOTS = 'snapshot.storage.k8s.io'
const WANTED: readonly Permission[] = [
  ...['create', 'delete', 'get', 'list', 'watch'].map((verb) => ({
    verb,
    group: SNAPSHOTS,
    resource: 'volumesnapshots',
  })),
  { verb: 'get', group: '', resource: 'pods' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods/exec' },
  { verb: 'get', group: '', resource: 'pods/exec' },
  { verb: 'patch', group: 'apps', resource: 'deployments/scale' },
  { verb: 'get', group: '', resource: 'secrets', name: 'repository' },
]

describe.skipIf(!part('kubernetes-api').available)('a user without rights', () => {
  it('is told what is missing as a Role, and with that Role it works', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    const kubeconfig = await kubernetes.serviceAccount(namespace, 'tenant')
    await using cluster = await connect({ kubeconfig, environment: {} })
    const list = (): Promise<unknown> => Array.fromAsync(cluster.list(KINDS.volumeSnapshot, { namespace }, options))
    await expect(list()).rejects.toMatchObject({
      code: 'K8S.FORBIDDEN',
      message: 'list VolumeSnapshot of default: not permitted',
      hint: expect.stringContaining('Role'),
    })
    expect(await cluster.whoami?.(options)).toBe(`system:serviceaccount:${namespace}:tenant`)
    const missing = await cluster.missing(namespace, WANTED, options)
    expect(missing).toEqual(WANTED)
    await kubernetes.apply(roleFor(missing, { namespace, subject: { kind: 'ServiceAccount', name: 'tenant' } }))
    await permitted(cluster, WANTED)
    expect(await list()).toEqual([])
    const more = [
      ...WANTED,
      { verb: 'get', group: '', resource: 'secrets' },
      { verb: 'delete', group: '', resource: 'pods' },
      { verb: 'get', group: '', resource: 'secrets', name: 'other' },
    ]
    expect(await cluster.missing(namespace, more, options)).toEqual(more.slice(WANTED.length))
    expect(await cluster.missing('kube-system', WANTED.slice(0, 1), options)).toEqual(WANTED.slice(0, 1))
    await expect(cluster.get(KINDS.secret, { namespace, name: 'repository' }, options)).resolves.toBeUndefined()
    await expect(cluster.get(KINDS.secret, { namespace, name: 'other' }, options)).rejects.toMatchObject({
      code: 'K8S.FORBIDDEN',
    })
  })

  it('is told of what is in no namespace by asking for each, and a ClusterRole is its cure', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    const kubeconfig = await kubernetes.serviceAccount(namespace, 'reader')
    await using cluster = await connect({ kubeconfig, environment: {} })
    const wanted = [{ verb: 'list', group: SNAPSHOTS, resource: 'volumesnapshotclasses' }]
    expect(await cluster.missing('', wanted, options)).toEqual(wanted)
    await kubernetes.apply(roleFor(wanted, { subject: { kind: 'ServiceAccount', name: 'reader', namespace } }))
    await permitted(cluster, wanted, '')
    expect(await Array.fromAsync(cluster.list(KINDS.volumeSnapshotClass, {}, options))).toEqual([])
  })
})

/** The server hears of a new Role a moment later. */
async function permitted(cluster: Cluster, wanted: readonly Permission[], where = namespace): Promise<void> {
  for (let left = 100; (await cluster.missing(where, wanted, options)).length > 0; left -= 1) {
    if (left === 0) throw new Error(`still missing: ${JSON.stringify(await cluster.missing(where, wanted, options))}`)
    await sleep(50)
  }
}
