import { isSalvageError } from '@salvage-kit/core'
import type { Archive, CallOptions, KeptRef } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { grant } from '../label/grant.ts'
import { keptSnapshot } from '../label/kept-snapshot.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { KEY } from '../label/key.ts'
import { labelValue } from '../label/label-value.ts'
import { labelPatch } from '../label/label-change.ts'
import type { LabelChange } from '../label/label-change.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { claimOf } from './claim-of.ts'
import { awaitReady } from './expose.ts'
import { unmarkClaim } from './group/claim-mark.ts'
import { CUT } from './key.ts'
import { storeMark } from './name.ts'
import { pointOf } from './point.ts'
import { readStore } from './settings.ts'
import type { CsiSettings } from './settings.ts'

const ATTEMPTS = 5

/**
 * Waits until the snapshot is ready, then writes in one change that it stays and which tiers of its claim it takes: those that
 * no other ready one has. Rejects with `CSI.NOT_READY` and `CSI.NOT_TAKEN`.
 */
export async function keepCut(
  cluster: Cluster,
  ref: KeptRef,
  settings: CsiSettings,
  options: CallOptions,
): Promise<Archive> {
  options.signal.throwIfAborted()
  const { store } = ref.keep
  const { together } = ref
  if (together !== undefined) await unmarkClaim(cluster, claimOf(ref.source), labelValue(together), options)
  for (let attempt = 1; ; attempt += 1)
    try {
      const ready = await awaitReady(cluster, ref, settings, options)
      const marked = ready.metadata.labels?.[CUT.kept] === undefined ? await mark(cluster, ref, ready, options) : ready
      const read = marked === undefined ? undefined : pointOf(marked, store)
      if (read !== undefined && 'point' in read) return { point: read.point, findings: [] }
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    }
}

async function mark(
  cluster: Cluster,
  { keep: { store } }: KeptRef,
  ready: Resource,
  options: CallOptions,
): Promise<Resource | undefined> {
  const { namespace = '', name, uid = '', labels = {} } = ready.metadata
  const change: LabelChange = {
    ...(await tiers(cluster, ready, readStore(store).zone, options)),
    [CUT.kept]: storeMark(store.ref),
  }
  return cluster.patch(KINDS.volumeSnapshot, { namespace, name }, labelPatch({ uid, labels }, change), options)
}

async function tiers(cluster: Cluster, resource: Resource, zone: string, options: CallOptions): Promise<LabelChange> {
  const own = keptSnapshot(resource)
  if (own?.pvc === undefined || !own.byTiers) return {}
  const scope = { namespace: own.namespace, labelSelector: `${KEY.pvc}=${own.pvc}` }
  const others: KeptSnapshot[] = []
  for await (const one of cluster.list(KINDS.volumeSnapshot, scope, options)) {
    const other = keptSnapshot(one)
    if (other !== undefined) others.push(other)
  }
  return grant(own, others, zone)
}

/** Somebody else changed its labels meanwhile. */
function isConflict(error: unknown): boolean {
  return isSalvageError(error) && (error.code === 'K8S.CONFLICT' || error.code === 'K8S.INVALID')
}
