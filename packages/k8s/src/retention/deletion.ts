import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { keptSnapshot, type KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import type { RetentionEnd } from './outcome.ts'
import { freeStorage } from './policy.ts'
import { changedMeanwhile, sameLabels } from './same-labels.ts'
import type { RetentionVerdict } from './verdict.ts'

/**
 * How snapshots are removed. Before each one both it and, once for each claim, the good one that stays are looked at
 * again: what has changed stays. The object goes by its uid. In admin mode its content is told to free the storage before, and
 * told otherwise again when the removal fails.
 */
export function deletion(
  cluster: Cluster,
  mode: 'tenant' | 'admin',
  options: CallOptions,
): (verdict: RetentionVerdict) => Promise<RetentionEnd> {
  const standing = new Map<string, Promise<boolean>>()
  const look = async (namespace: string, name: string): Promise<KeptSnapshot | undefined> => {
    const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, options)
    return found === undefined ? undefined : keptSnapshot(found)
  }
  const stands = async (namespace: string, { name, uid }: NonNullable<RetentionVerdict['stays']>): Promise<boolean> => {
    const found = await look(namespace, name)
    return found?.uid === uid && found.ready
  }
  return async ({ snapshot, stays }) => {
    const { namespace, name, uid, labels } = snapshot
    if (stays === undefined) return { end: 'changed', finding: changedMeanwhile(snapshot) }
    const known = standing.get(stays.uid) ?? stands(namespace, stays)
    standing.set(stays.uid, known)
    known.catch(() => standing.delete(stays.uid))
    if (!(await known)) return { end: 'changed', finding: lastGood(snapshot, stays.name) }
    const found = await look(namespace, name)
    if (found === undefined || found.uid !== uid || found.going) return { end: 'gone' }
    if (!sameLabels(found.labels, labels)) return { end: 'changed', finding: changedMeanwhile(snapshot) }
    const freed = mode === 'admin' ? await freeStorage(cluster, found, options) : undefined
    try {
      await cluster.remove(KINDS.volumeSnapshot, { namespace, name }, { ...options, uid })
    } catch (error) {
      await freed?.putBack()
      throw error
    }
    return { end: 'done' }
  }
}

function lastGood({ namespace, name }: KeptSnapshot, stays: string): Finding {
  return {
    code: 'RETENTION.LAST_GOOD_GONE',
    message: `snapshot ${namespace}/${name} is not removed: ${stays}, which was to stay, is gone or not ready`,
    hint: 'the next pruning decides again',
  }
}
