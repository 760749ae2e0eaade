import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Archive, CallOptions, Finding, Keeper, KeptRef, Reporter, Snapshotter } from '@salvage-kit/core'
import { CUT, grant, keptSnapshot, KEY, KINDS, labelPatch, snapshotName, storeMark } from '@salvage-kit/k8s'
import type { Cluster, KeptSnapshot, Resource } from '@salvage-kit/k8s'

/** What keeping takes. */
export interface KeeperSettings {
  readonly namespace: string
  readonly zone: string
  readonly report: Reporter
}

/** A snapshotter that waits for none of its kept snapshots to become ready (`BAK_VS_WAIT_UNTIL_READY=false`). */
export function unawaited(cluster: Cluster, snapshotter: Snapshotter, settings: KeeperSettings): Snapshotter {
  const { keeps } = snapshotter
  if (keeps === undefined) return snapshotter
  const keep: Keeper['keep'] = async (ref, options) => keepUnready(cluster, ref, settings, options)
  return { ...snapshotter, keeps: { ...keeps, keep } }
}

const ATTEMPTS = 5

/**
 * What is cut and not ready stays, with the tiers that no ready one has: a pruner takes them away again while it is not ready, and
 * gives them back. That it may still fail is told.
 */
async function keepUnready(
  cluster: Cluster,
  ref: KeptRef,
  { namespace, zone, report }: KeeperSettings,
  options: CallOptions,
): Promise<Archive> {
  const { store, at, machine } = ref.keep
  const place = { namespace, name: snapshotName(ref) }
  for (let attempt = 1; ; attempt += 1) {
    const found = await cluster.get(KINDS.volumeSnapshot, place, options)
    if (found === undefined)
      throw new SalvageError('CSI.NOT_TAKEN', `there is no snapshot ${namespace}/${place.name}`, {
        why: 'somebody removed it',
      })
    const { uid = '', labels = {} } = found.metadata
    const change = { ...(await tiers(cluster, found, zone, options)), [CUT.kept]: storeMark(store.ref) }
    try {
      await cluster.patch(KINDS.volumeSnapshot, place, labelPatch({ uid, labels }, change), options)
    } catch (error) {
      if (attempt < ATTEMPTS && isSalvageError(error) && error.code === 'K8S.CONFLICT') continue
      throw error
    }
    const kept = keptSnapshot(found)
    if (kept?.ready !== true) report({ type: 'warning', finding: unready(`${namespace}/${place.name}`) })
    const takenAt = kept?.cutAt === undefined ? at : new Date(kept.cutAt).toISOString()
    const id = `${namespace}/${place.name}`
    const token = { ...place, uid }
    return {
      point: {
        kind: 'snapshot',
        id,
        target: ref.target,
        store: store.ref,
        takenAt,
        state: 'good',
        machine,
        runId: ref.runId,
        token,
      },
      findings: [],
    }
  }
}

async function tiers(
  cluster: Cluster,
  found: Resource,
  zone: string,
  options: CallOptions,
): Promise<ReturnType<typeof grant>> {
  const own = keptSnapshot(found)
  if (own?.pvc === undefined) return {}
  const scope = { namespace: own.namespace, labelSelector: `${KEY.pvc}=${own.pvc}` }
  const others: KeptSnapshot[] = []
  for await (const one of cluster.list(KINDS.volumeSnapshot, scope, options))
    others.push(...[keptSnapshot(one) ?? []].flat())
  return grant({ ...own, ready: true }, others, zone)
}

function unready(subject: string): Finding {
  return {
    code: 'NS.NOT_AWAITED',
    message: `the snapshot ${subject} is cut, and nobody waits until it is ready`,
    hint: 'set BAK_VS_WAIT_UNTIL_READY=true to know that it is',
  }
}
