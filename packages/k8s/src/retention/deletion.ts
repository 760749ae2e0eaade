import { isSalvageError, type CallOptions, type Finding } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { keptSnapshot, type KeptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import type { RetentionEnd } from './outcome.ts'
import { freeStorage, type Contents } from './policy.ts'
import { changedMeanwhile, sameLabels } from './same-labels.ts'
import type { RetentionVerdict } from './verdict.ts'

/** A status that is written meanwhile is no reason to let it stand. */
const ATTEMPTS = 4

/**
 * How snapshots are removed. Once for each claim the good one that stays is looked at again. The object goes by its uid, and only
 * as it was judged: when it has changed it is read, and stays if one of its labels is another. In admin mode its content is told to free the storage before, and
 * told otherwise again when the removal fails; `seen` spares looking at each.
 */
export function deletion(
  cluster: Cluster,
  mode: 'tenant' | 'admin',
  { signal, seen }: CallOptions & { readonly seen?: Contents },
): (verdict: RetentionVerdict) => Promise<RetentionEnd> {
  const options = { signal }
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
    // The storage is told nothing before it is known that the snapshot still stands as it was judged.
    const isAsJudged = async (): Promise<KeptSnapshot | RetentionEnd> => {
      const found = await look(namespace, name)
      if (found === undefined || found.uid !== uid || found.going) return { end: 'gone' }
      return sameLabels(found.labels, labels) ? found : { end: 'changed', finding: changedMeanwhile(snapshot) }
    }
    let current = mode === 'admin' ? await isAsJudged() : snapshot
    if ('end' in current) return current
    const freed =
      mode === 'admin'
        ? await freeStorage(cluster, current, { signal, ...(seen === undefined ? {} : { seen }) })
        : undefined
    for (let attempt = 1; ; attempt += 1)
      try {
        const only = { uid, resourceVersion: current.version }
        await cluster.remove(KINDS.volumeSnapshot, { namespace, name }, { ...options, ...only })
        return { end: 'done' }
      } catch (error) {
        const isConflict = isSalvageError(error) && error.code === 'K8S.CONFLICT' && attempt < ATTEMPTS
        const again = isConflict ? await isAsJudged() : undefined
        if (again !== undefined && !('end' in again)) {
          current = again
          continue
        }
        await freed?.putBack()
        if (again === undefined) throw error
        return again
      }
  }
}

function lastGood({ namespace, name }: KeptSnapshot, stays: string): Finding {
  return {
    code: 'RETENTION.LAST_GOOD_GONE',
    message: `snapshot ${namespace}/${name} is not removed: ${stays}, which was to stay, is gone or not ready`,
    hint: 'the next pruning decides again',
  }
}
