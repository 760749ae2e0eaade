import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Archive, CallOptions, Finding, Keeper, KeptRef, Reporter, Snapshotter } from '@salvage-kit/core'
import { CUT, grant, keptSnapshot, KINDS, labelPatch, snapshotName, storeMark } from '@salvage-kit/k8s'
import type { Cluster } from '@salvage-kit/k8s'
import { others } from './born-kept.ts'

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
  const { store, at } = ref.keep
  const place = { namespace, name: snapshotName(ref) }
  for (let attempt = 1; ; attempt += 1) {
    const found = await cluster.get(KINDS.volumeSnapshot, place, options)
    if (found === undefined)
      throw new SalvageError('CSI.NOT_TAKEN', `there is no snapshot ${namespace}/${place.name}`, {
        why: 'somebody removed it',
      })
    const { uid = '', labels = {} } = found.metadata
    const own = keptSnapshot(found)
    const tiers = own === undefined ? {} : grant({ ...own, ready: true }, await others(cluster, own, options), zone)
    const change = { ...tiers, [CUT.kept]: storeMark(store.ref) }
    try {
      if (labels[CUT.kept] === undefined)
        await cluster.patch(KINDS.volumeSnapshot, place, labelPatch({ uid, labels }, change), options)
    } catch (error) {
      if (attempt < ATTEMPTS && isSalvageError(error) && error.code === 'K8S.CONFLICT') continue
      throw error
    }
    if (own?.ready !== true) report({ type: 'warning', finding: unready(`${namespace}/${place.name}`) })
    const takenAt = own?.cutAt === undefined ? at : new Date(own.cutAt).toISOString()
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
        runId: ref.runId,
        token,
      },
      findings: [],
    }
  }
}

function unready(subject: string): Finding {
  return {
    code: 'NS.NOT_AWAITED',
    message: `the snapshot ${subject} is cut, and nobody waits until it is ready`,
    hint: 'set BAK_VS_WAIT_UNTIL_READY=true to know that it is',
  }
}
