import { findingOf, SalvageError, type CallOptions, type Finding } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { keptSnapshot } from '../label/kept-snapshot.ts'
import { KINDS } from '../resource/kind.ts'
import { freeStorage } from './policy.ts'
import { stillGoing } from './still-going.ts'

/** What removing one snapshot takes. */
export interface DeleteSnapshotOptions extends CallOptions {
  /** How long to wait until it is gone, in milliseconds. Default: one minute. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 60_000

const bound = z.looseObject({ boundVolumeSnapshotContentName: z.string().optional() })

/**
 * Removes a snapshot that a person names, with its storage, and waits until it is gone; no rule has a say in it. The
 * deletionPolicy of its content is put back when the removal is refused. Resolves with what a person should know, such as that it
 * was the last good one of its claim.
 *
 * Rejects with `DELETE.NO_SNAPSHOT`, `RETENTION.FOREIGN_CONTENT`, `DELETE.PENDING` (the removal was taken, and something holds
 * the snapshot), `K8S.…`.
 */
export async function deleteSnapshot(
  cluster: Cluster,
  { namespace, name }: Required<ObjectName>,
  { signal, patienceMs = PATIENCE_MS }: DeleteSnapshotOptions,
): Promise<readonly Finding[]> {
  signal.throwIfAborted()
  const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, { signal })
  if (found === undefined)
    throw new SalvageError('DELETE.NO_SNAPSHOT', `there is no snapshot ${namespace}/${name}`, { untouched: true })
  const { uid = '' } = found.metadata
  const content = bound.safeParse(found.status ?? {}).data?.boundVolumeSnapshotContentName
  const snapshot = { namespace, name, uid, ...(content === undefined ? {} : { content }) }
  const kept = keptSnapshot(found)
  const isLast = kept?.ready === true && (await isLastGood(cluster, kept, { signal }))
  const freed = await freeStorage(cluster, snapshot, { signal })
  try {
    await cluster.remove(KINDS.volumeSnapshot, { namespace, name }, { signal, uid })
  } catch (error) {
    await freed?.putBack()
    throw error
  }
  const left = (await stillGoing(cluster, [snapshot], patienceMs, { signal })).get(uid)
  if (left !== undefined) {
    const { message, hint } = findingOf(left)
    throw new SalvageError('DELETE.PENDING', message, hint === undefined ? {} : { hint })
  }
  return isLast ? [lastGood(kept.claim, namespace)] : []
}

async function isLastGood(
  cluster: Cluster,
  { namespace, uid, claim }: { readonly namespace: string; readonly uid: string; readonly claim: string },
  { signal }: CallOptions,
): Promise<boolean> {
  for await (const one of cluster.list(KINDS.volumeSnapshot, { namespace }, { signal })) {
    const other = keptSnapshot(one)
    if (other?.ready === true && other.uid !== uid && other.claim === claim) return false
  }
  return true
}

function lastGood(claim: string, namespace: string): Finding {
  return {
    code: 'DELETE.LAST_GOOD',
    message: `that was the last good snapshot of claim ${namespace}/${claim}`,
    hint: 'make a new one',
  }
}
