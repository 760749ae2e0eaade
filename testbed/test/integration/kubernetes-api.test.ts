import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { auditEvents, kubernetesCluster, part } from '../../src/index.ts'

const api = part('kubernetes-api')

describe.skipIf(!api.available)('a cluster of API server and store alone', () => {
  test('knows every kind of snapshot, and who asked for what', async () => {
    const began = performance.now()
    await using cluster = await kubernetesCluster({ level: 'api' })
    console.log(`up in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    await cluster.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: one, namespace: shop, labels: { app: shop } }
spec: { source: { persistentVolumeClaimName: data } }`,
      {
        apiVersion: 'groupsnapshot.storage.k8s.io/v1',
        kind: 'VolumeGroupSnapshot',
        metadata: { name: 'all', namespace: 'shop' },
        spec: { source: { selector: { matchLabels: { app: 'shop' } } } },
      },
    )
    const names = ['get', 'volumesnapshot,volumegroupsnapshot', '--all-namespaces', '-o', 'name']
    expect((await cluster.kubectl(names)).trim().split('\n').toSorted()).toEqual([
      'volumegroupsnapshot.groupsnapshot.storage.k8s.io/all',
      'volumesnapshot.snapshot.storage.k8s.io/one',
    ])
    const events = auditEvents(cluster.machinery?.auditLog ?? '')
    expect(events).toContainEqual(
      expect.objectContaining({
        verb: 'patch',
        user: expect.objectContaining({ username: 'salvage-test-admin' }),
        objectRef: expect.objectContaining({ resource: 'volumesnapshots', namespace: 'shop', name: 'one' }),
      }),
    )
  })

  test('lets an account do what its role says and nothing else', async () => {
    await using cluster = await kubernetesCluster({ level: 'api' })
    const tenant = await cluster.serviceAccount('default', 'tenant')
    const pods = async (): Promise<string> => cluster.kubectl(['--kubeconfig', tenant, 'get', 'pods', '-o', 'name'])
    await expect(pods()).rejects.toThrow(/serviceaccount:default:tenant.*cannot list resource "pods"/)
    await cluster.kubectl(['create', 'role', 'pods', '--verb=list', '--resource=pods'])
    await cluster.kubectl(['create', 'rolebinding', 'pods', '--role=pods', '--serviceaccount=default:tenant'])
    await expect.poll(async () => pods().catch(String), { timeout: 20_000 }).toBe('')
  })

  test('loses its server and has everything again', async () => {
    await using cluster = await kubernetesCluster({ level: 'api' })
    const server = cluster.machinery?.apiServer
    await cluster.kubectl(['create', 'configmap', 'kept', '--from-literal=a=b'])
    await server?.kill()
    await expect(cluster.kubectl(['get', 'configmap'])).rejects.toThrow(/refused/)
    await server?.start()
    expect(await cluster.kubectl(['get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'])).toBe('b')
    server?.freeze()
    await expect(cluster.kubectl(['get', 'configmap', '--request-timeout=1s'])).rejects.toThrow(/deadline|imeout/)
    server?.thaw()
    await expect
      .poll(async () => cluster.kubectl(['get', 'configmap', 'kept', '-o', 'name']).catch(String))
      .toContain('kept')
  })

  test('does not meet another, and leaves nothing', async () => {
    const [one, two] = await Promise.all([kubernetesCluster({ level: 'api' }), kubernetesCluster({ level: 'api' })])
    const folders = [one, two].map((cluster) => cluster.machinery?.folder ?? '')
    await one.kubectl(['create', 'namespace', 'only-one'])
    expect(await two.kubectl(['get', 'namespace', '-o', 'name'])).not.toContain('only-one')
    const pids = folders.flatMap((folder) =>
      ['etcd', 'kube-apiserver'].map((name) => readFileSync(`${folder}/run/${name}.pid`, 'utf8').split(' ')[0]),
    )
    expect(pids.every((pid) => existsSync(`/proc/${String(pid)}`))).toBe(true)
    await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()])
    await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${String(pid)}`))).toEqual([])
    expect(folders.filter((folder) => existsSync(folder))).toEqual([])
  })
})
