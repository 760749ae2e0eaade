import type { CallOptions, WorkloadEvent } from '@salvage-kit/core'
import type { Cluster, ResourceEvent } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Pod } from '../workload/pod.ts'
import { podOf } from '../workload/pod.ts'
import { claimRef, workloadId } from '../workload/workload-id.ts'
import { bearerOf } from './bearer.ts'
import { deploymentsOf } from './collected.ts'
import { merged } from './merged.ts'

type Told = WorkloadEvent | 'ready'

/**
 * What the pods of these namespaces do, from the call on. `rising`: a pod was made (`added`), or a container of it runs that did
 * not (`started`, `restarted`); `falling`: it was removed, ended, or none of its containers runs. A kubelet tells a moment
 * later than it happens, but that a pod was made is told before it runs. Pods that this program made for a copy are left out.
 *
 * Connections that end are made anew without a gap. Throws `K8S.EXPIRED` when events may have been missed.
 */
export async function* watchNamespaces(
  cluster: Cluster,
  namespaces: readonly string[],
  { signal }: CallOptions,
): AsyncIterable<Told> {
  signal.throwIfAborted()
  const left = new AbortController()
  const over = { signal: AbortSignal.any([signal, left.signal]) }
  const all = [...new Set(namespaces)]
  try {
    let waiting = all.length
    if (waiting === 0) yield 'ready'
    for await (const event of merged(all.map((one) => watchOne(cluster, one, over)))) {
      if (event !== 'ready') yield event
      else if ((waiting -= 1) === 0) yield 'ready'
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    // The reader may have left without the signal.
    left.abort()
  }
}

async function* watchOne(cluster: Cluster, namespace: string, options: CallOptions): AsyncIterable<Told> {
  let known: Map<string, Pod> | undefined
  let deployments: ReadonlyMap<string, string> = new Map()
  for await (const event of cluster.watch(KINDS.pod, { namespace }, options)) {
    if (event === 'ready') {
      // What happens while it is listed comes again by the watch, and is known then.
      deployments = await deploymentsOf(cluster, namespace, options)
      known = new Map()
      for await (const resource of cluster.list(KINDS.pod, { namespace }, options)) {
        const pod = podOf(resource)
        known.set(pod.uid, pod)
      }
      yield 'ready'
      continue
    }
    const pod = podOf(event.object)
    const before = known?.get(pod.uid)
    if (pod.own || (before !== undefined && isOld(pod, before))) continue
    if (event.type === 'DELETED') known?.delete(pod.uid)
    else known?.set(pod.uid, pod)
    const what = changeOf(event.type, before, pod)
    if (what === undefined) continue
    if (pod.owner?.kind === 'ReplicaSet' && !deployments.has(pod.owner.uid))
      deployments = await deploymentsOf(cluster, namespace, options)
    yield {
      ...what,
      workload: workloadId(bearerOf(pod, deployments)),
      uses: pod.claims.toSorted().map((claim) => claimRef(namespace, claim)),
      at: new Date().toISOString(),
    }
  }
}

/** What came of a pod; undefined when nothing that matters here. */
export function changeOf(
  type: ResourceEvent['type'],
  before: Pod | undefined,
  pod: Pod,
): Pick<WorkloadEvent, 'type' | 'what'> | undefined {
  if (type === 'DELETED') return { type: 'falling', what: 'removed' }
  if (before?.live !== false && !pod.live) return { type: 'falling', what: 'ended' }
  if (!pod.live) return undefined
  if (before === undefined) return { type: 'rising', what: 'added' }
  if (pod.restarts > before.restarts && pod.running.size > 0) return { type: 'rising', what: 'restarted' }
  if ([...pod.running].some(([name, id]) => before.running.get(name) !== id)) return { type: 'rising', what: 'started' }
  return pod.running.size === 0 && before.running.size > 0 ? { type: 'falling', what: 'stopped' } : undefined
}

/** The list, which was read after the watch stood, has told it already. Versions of one kind count up. */
function isOld(pod: Pod, before: Pod): boolean {
  return /^\d+$/.test(pod.version) && /^\d+$/.test(before.version) && BigInt(pod.version) < BigInt(before.version)
}
