import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { removeSnapshot } from '../snapshot/drop.ts'
import { CUT } from '../snapshot/key.ts'
import { EXCHANGE } from './key.ts'
import { claimParts } from '../snapshot/schema.ts'
import type { SweepSettings } from '../snapshot/sweep-settings.ts'

const HOUR_MS = 3_600_000

/**
 * Removes the cuts of restores in place whose claim had no volume yet when they ended and has one now, and those of runs that died
 * before anything was exchanged: of runs that nobody knows any more. Where the former claim is gone and nothing was decided, its
 * cut stays: it may be all that is left of it. Idempotent.
 */
export async function sweepExchanges(
  cluster: Cluster,
  { namespaces, isKnown, now, olderThanMs = HOUR_MS, goneMs }: SweepSettings,
  options: CallOptions,
): Promise<void> {
  options.signal.throwIfAborted()
  for (const namespace of new Set(namespaces)) {
    const ofRuns = new Map<string, Resource[]>()
    const scope = { namespace, labelSelector: CUT.role }
    for await (const cut of cluster.list(KINDS.volumeSnapshot, scope, options)) {
      const { labels = {}, creationTimestamp = '' } = cut.metadata
      const { [CUT.role]: role, [CUT.runId]: runId } = labels
      if (runId === undefined || (role !== 'former' && role !== 'fresh')) continue
      if (now.getTime() - Date.parse(creationTimestamp) < olderThanMs) continue
      ofRuns.set(runId, [...(ofRuns.get(runId) ?? []), cut])
    }
    for (const [runId, cuts] of ofRuns) {
      if ((await isKnown(runId)) || !(await areOver(cluster, cuts, options))) continue
      for (const { metadata } of cuts) {
        const isIt = ({ uid }: Resource['metadata']): boolean => uid === metadata.uid
        await removeSnapshot(cluster, { namespace, name: metadata.name }, isIt, { ...options, goneMs })
      }
    }
  }
}

async function areOver(cluster: Cluster, cuts: readonly Resource[], options: CallOptions): Promise<boolean> {
  for (const { metadata } of cuts) {
    const { labels = {}, annotations = {} } = metadata
    const target = annotations[CUT.target]?.replace(/^k8s:/, '').split('/') ?? []
    const [namespace = '', name = ''] = target
    const claim = await cluster.get(KINDS.claim, { namespace, name }, options)
    if (claim === undefined || claimParts.parse(claim).status?.phase !== 'Bound') return false
    const isUndecided = labels[CUT.role] === 'former' && labels[EXCHANGE.as] === undefined
    if (isUndecided && claim.metadata.uid !== annotations[EXCHANGE.of]) return false
  }
  return true
}
