import { deadline, isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { claimParts } from './schema.ts'
import { until } from './until.ts'

const FINALIZER = 'provisioner.storage.kubernetes.io/volumesnapshot-as-source-protection'
const PROTECTED_MS = 5000

/**
 * Takes away what a provisioner leaves on a snapshot that it makes a claim of, once no claim is made of it any more: it writes
 * its finalizer off once, and where somebody changed the snapshot in that moment, never again; the snapshot could then not be
 * removed. Waits a little for the provisioner first.
 */
export async function endProtection(
  cluster: Cluster,
  at: ObjectName & { readonly namespace: string },
  isOwn: (metadata: Metadata) => boolean,
  { signal }: CallOptions,
): Promise<void> {
  const left = await protectedStill(cluster, at, isOwn, signal)
  if (left === undefined || (await isBeingRestored(cluster, at, { signal }))) return
  const { uid = '', finalizers = [] } = left
  const body = [
    { op: 'test' as const, path: '/metadata/uid', value: uid },
    { op: 'test' as const, path: '/metadata/finalizers', value: [...finalizers] },
    { op: 'replace' as const, path: '/metadata/finalizers', value: finalizers.filter((one) => one !== FINALIZER) },
  ]
  try {
    await cluster.patch(KINDS.volumeSnapshot, at, { type: 'json', body }, { signal })
  } catch (error) {
    // Somebody else changes it: whoever waits for it to be gone looks again.
    if (!isSalvageError(error) || (error.code !== 'K8S.CONFLICT' && error.code !== 'K8S.INVALID')) throw error
  }
}

async function protectedStill(
  cluster: Cluster,
  at: ObjectName,
  isOwn: (metadata: Metadata) => boolean,
  signal: AbortSignal,
): Promise<Metadata | undefined> {
  let left: Metadata | undefined
  using limit = deadline(PROTECTED_MS, signal)
  try {
    await until(async () => {
      left = (await cluster.get(KINDS.volumeSnapshot, at, limit))?.metadata
      if (left !== undefined && isOwn(left) && left.finalizers?.includes(FINALIZER) === true) return undefined
      left = undefined
      return true
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
  }
  return left
}

async function isBeingRestored(
  cluster: Cluster,
  { namespace, name }: ObjectName & { readonly namespace: string },
  options: CallOptions,
): Promise<boolean> {
  for await (const claim of cluster.list(KINDS.claim, { namespace }, options)) {
    const { spec, status } = claimParts.parse(claim)
    if (spec.dataSource?.name === name && status?.phase !== 'Bound') return true
  }
  return false
}
