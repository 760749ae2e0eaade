import { discoveryContract, quiescerContract } from '@salvage-kit/core/testing'
import type { QuiescerFixture } from '@salvage-kit/core/testing'
import type { Cluster, ExecSession } from '../../../src/index.ts'
import { execQuiescer, kubernetes, kubernetesDiscovery, scaleQuiescer } from '../../../src/index.ts'
import { until } from './manifest.ts'
import type { Shop } from './shop.ts'
import { NAMESPACE as namespace } from './shop.ts'

/** What core asks of every discovery and every quiescer. */
export function contracts(shop: () => Shop): void {
  discoveryContract('k8s', async () => {
    const backend = kubernetes(shop().cluster, { namespaces: [namespace] })
    return {
      backend: { ...backend, discovery: kubernetesDiscovery(shop().cluster, { namespaces: [namespace] }) },
      [Symbol.asyncDispose]: async () => {},
    }
  })

  quiescerContract('k8s.scale', async (): Promise<QuiescerFixture> => {
    await shop().scaleTo('deployment', 'web', 1)
    return {
      quiescer: scaleQuiescer(shop().cluster),
      again: () => scaleQuiescer(shop().cluster),
      workload: `k8s:${namespace}/deployment/web`,
      settings: {},
      state: () => shop().replicasOf('deployment', 'web'),
      atRest: async () => (await shop().podNames('web')) === '',
      rest: () => shop().scaleTo('deployment', 'web', 0),
      wake: () => shop().scaleTo('deployment', 'web', 1),
      wakeBriefly: async () => {
        await shop().scaleTo('deployment', 'web', 1)
        await shop().scaleTo('deployment', 'web', 0)
        await until('its pod is gone', async () => (await shop().podNames('web')) === '')
      },
      [Symbol.asyncDispose]: async () => {},
    }
  })

  quiescerContract(
    'k8s.exec',
    async (): Promise<QuiescerFixture> => {
      const sessions: ExecSession[] = []
      const dying: Cluster = {
        ...shop().cluster,
        exec: async (request, call) => {
          const session = await shop().cluster.exec(request, call)
          sessions.push(session)
          return session
        },
      }
      return {
        quiescer: execQuiescer(dying),
        // The first process is dead by then.
        again: () => {
          for (const session of sessions.splice(0)) void session[Symbol.asyncDispose]()
          return execQuiescer(shop().cluster)
        },
        workload: `k8s:${namespace}/pod/bare`,
        settings: { pre: ['touch', '/room/held'], post: ['rm', '-f', '/room/held'] },
        state: async () => shop().inBare('ls -A /room /tmp'),
        atRest: async () => (await shop().inBare('ls /room')).includes('held'),
        [Symbol.asyncDispose]: async () => {},
      }
    },
    ['rest', 'wake', 'wakeBriefly'],
  )
}
