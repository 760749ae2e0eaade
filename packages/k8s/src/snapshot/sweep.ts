import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, MetadataOnly } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'
import { removeSnapshot } from './drop.ts'
import { sweepGroups } from './group/sweep.ts'
import { CUT } from './key.ts'
import { removeOwn } from './removal.ts'
import { HOUR_MS } from './sweep-settings.ts'
import type { SweepSettings } from './sweep-settings.ts'

/**
 * Removes temporary claims and snapshots that were not to stay, with their groups, of runs that nobody knows any more. Idempotent. One that cannot
 * be removed keeps no other; then it rejects with the first failure.
 */
export async function sweepCuts(cluster: Cluster, settings: SweepSettings, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const failures: unknown[] = []
  const also = async (step: Promise<void>): Promise<void> => {
    const [end] = await Promise.allSettled([step])
    options.signal.throwIfAborted()
    if (end.status === 'rejected') failures.push(end.reason)
  }
  for (const namespace of new Set(settings.namespaces)) {
    // A claim that is filled from a snapshot holds it.
    await also(sweepKind(cluster, KINDS.claim, `${CUT.role}=exposure`, namespace, settings, options))
    await also(sweepKind(cluster, KINDS.volumeSnapshot, `${CUT.role}=cut,!${CUT.kept}`, namespace, settings, options))
    await also(sweepGroups(cluster, namespace, settings, options))
  }
  if (failures.length > 0) throw failures[0]
}

async function sweepKind(
  cluster: Cluster,
  kind: ResourceKind,
  labelSelector: string,
  namespace: string,
  { isKnown, now, olderThanMs = HOUR_MS, goneMs }: SweepSettings,
  options: CallOptions,
): Promise<void> {
  const old: MetadataOnly[] = []
  for await (const one of cluster.listMetadata(kind, { namespace, labelSelector }, options))
    if (now.getTime() - Date.parse(one.metadata.creationTimestamp ?? '') >= olderThanMs) old.push(one)
  const ends = await Promise.allSettled(
    old.map(async ({ metadata: { name, uid, labels } }) => {
      const runId = labels?.[CUT.runId]
      if (runId === undefined || (await isKnown(runId))) return
      // Nobody may have decided to keep it meanwhile.
      const isStill = (found: MetadataOnly['metadata']): boolean =>
        found.uid === uid && found.labels?.[CUT.kept] === undefined
      const remove = kind === KINDS.claim ? removeClaim : removeSnapshot
      await remove(cluster, { namespace, name }, isStill, { ...options, goneMs })
    }),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

const removeClaim: typeof removeSnapshot = async (cluster, at, isOwn, options) =>
  removeOwn(cluster, KINDS.claim, at, isOwn, options)
