import { once } from 'node:events'
import { reference, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Discovery, Survey, WorkloadEvent } from '@salvage-kit/core'
import { KINDS, kubernetesDiscovery } from '@salvage-kit/k8s'
import type { BakSettings, Cluster } from '@salvage-kit/k8s'
import { dumpedWorkloads } from './dumps.ts'

/**
 * The one claim that is backed up, and what is dumped onto it. Whoever else writes to it writes on, as with backup-ns: what is
 * consistent in the snapshot is the dump. The survey rejects with `NS.NO_CLAIM`.
 */
export function bakDiscovery(cluster: Cluster, settings: BakSettings): Discovery {
  const { namespace, pvc } = settings
  const target = reference(`k8s:${namespace}/${pvc}`)
  const dumped = dumpedWorkloads(settings, target)
  const { confirm } = kubernetesDiscovery(cluster, { namespaces: [namespace] })
  return {
    survey: async (options): Promise<Survey> => {
      options.signal.throwIfAborted()
      const found = await cluster.get(KINDS.claim, { namespace, name: pvc }, options)
      if (found === undefined)
        throw new SalvageError('NS.NO_CLAIM', `there is no claim ${namespace}/${pvc}`, {
          hint: 'see BAK_PVC_NAME and BAK_NAMESPACE',
          untouched: true,
        })
      const { uid } = found.metadata
      const source = { medium: 'pvc', namespace, name: pvc, ...(uid === undefined ? {} : { uid }) } as const
      return { targets: [{ ref: target, source, tides: [] }], workloads: dumped, problems: [] }
    },
    watch: nothingElse,
    confirm,
  }
}

/**
 * No event spoils a dump, and none has to be seen: whether its container is still the one that it was made in is asked before the
 * snapshot counts.
 */
async function* nothingElse({ signal }: CallOptions): AsyncIterable<WorkloadEvent | 'ready'> {
  yield 'ready'
  if (!signal.aborted) await once(signal, 'abort')
}
