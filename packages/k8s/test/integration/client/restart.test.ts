import { setTimeout as sleep } from 'node:timers/promises'
import { isSalvageError } from '@salvage-kit/core'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { KINDS } from '../../../src/resource/kind.ts'

const options = { signal: new AbortController().signal }
const namespace = 'default'

function make(cluster: Cluster, name: string): Promise<unknown> {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { ours: 'yes' } } }
  return cluster.create(KINDS.configMap, manifest, options)
}

describe.skipIf(!part('kubernetes-api').available)('an API server that is killed and comes back', () => {
  it('has each creation exactly once, and a watch tells all of them or throws', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    const apiServer = kubernetes.machinery?.apiServer
    if (apiServer === undefined) throw new Error('this cluster cannot be restarted')
    const told: string[] = []
    const stop = new AbortController()
    const ready = Promise.withResolvers<void>()
    const watching = (async (): Promise<unknown> => {
      const scope = { namespace, labelSelector: 'ours=yes' }
      try {
        for await (const event of cluster.watch(KINDS.configMap, scope, { signal: stop.signal })) {
          if (event === 'ready') ready.resolve()
          else told.push(event.object.metadata.name)
        }
        return undefined
      } catch (error) {
        return error
      }
    })()
    await ready.promise
    const names = Array.from({ length: 300 }, (_, at) => `made-${String(at)}`)
    const making = Promise.all(names.map((name) => make(cluster, name)))
    await sleep(100)
    await apiServer.kill()
    await sleep(500)
    await apiServer.start()
    await making
    const last = await Promise.race([watching, untilTold(told, names)])
    stop.abort(new Error('enough'))
    const listed = await Array.fromAsync(
      cluster.list(KINDS.configMap, { namespace, labelSelector: 'ours=yes' }, options),
    )
    expect(listed.map(({ metadata }) => metadata.name).toSorted()).toEqual(names.toSorted())
    expect(new Set(told).size).toBe(told.length)
    if (last === undefined) expect(told.toSorted()).toEqual(names.toSorted())
    else expect(isSalvageError(last) ? last.code : last).toBe('K8S.EXPIRED')
    await watching
  })

  it('is waited for by a call that began while it was away', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    await make(cluster, 'before')
    await kubernetes.machinery?.apiServer.stop()
    const late = make(cluster, 'after')
    await kubernetes.machinery?.apiServer.start()
    expect(await late).toMatchObject({ metadata: { name: 'after' } })
  })
})

async function untilTold(told: readonly string[], names: readonly string[]): Promise<undefined> {
  while (told.length < names.length) await sleep(20)
}
