import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { SnapshotRef, TakeOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { labelValue } from '../../label/label-value.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Manifest } from '../../resource/resource.ts'
import { claimOf } from '../claim-of.ts'
import type { CsiSettings } from '../settings.ts'
import { awaitStatus } from '../status.ts'
import { CREATE_MS, CUT_MS, ERROR_MS } from '../take.ts'
import { markClaim, unmarkClaim } from './claim-mark.ts'
import { groupManifest, isGroup } from './group.ts'
import { groupKind, groupKindOf } from './group-kind.ts'

/**
 * Makes one group of all claims and resolves when the driver has told the time of its cut, as `takeCut` does for one. The claims
 * have a label of the group meanwhile. Rejects as that one does; what it made then `drop` of each ref removes.
 */
export async function takeTogether(
  cluster: Cluster,
  refs: readonly [SnapshotRef, ...SnapshotRef[]],
  together: string,
  { cutMs = CUT_MS, errorMs = ERROR_MS }: CsiSettings,
  { signal, notes }: TakeOptions,
): Promise<void> {
  signal.throwIfAborted()
  const kind = (await groupKind(cluster, { signal })) ?? groupKindOf('v1')
  const at = await made(cluster, kind, refs, groupManifest(kind, refs, together, notes), together)
  signal.throwIfAborted()
  await awaitStatus(cluster, at, isGroup(together), ({ creationTime }) => creationTime !== undefined, {
    signal,
    kind,
    errorMs,
    withinMs: cutMs,
    failed: 'CSI.CUT_FAILED',
    late: 'CSI.CUT_LATE',
  })
  // Where this fails, `keep` and `drop` do it, and tell.
  await Promise.allSettled(
    refs.map(async ({ source }) => unmarkClaim(cluster, claimOf(source), labelValue(together), { signal })),
  )
}

/** Has a clock of its own, and has ended when it rejects: nothing is made after `drop` has looked for it. */
async function made(
  cluster: Cluster,
  kind: ResourceKind,
  refs: readonly SnapshotRef[],
  manifest: Manifest,
  together: string,
): Promise<{ readonly namespace: string; readonly name: string }> {
  using own = deadline(CREATE_MS)
  const marks = await Promise.allSettled(refs.map(async (ref) => markClaim(cluster, ref, together, own)))
  for (const mark of marks) if (mark.status === 'rejected') throw mark.reason
  const { name, namespace = '' } = manifest.metadata
  try {
    await cluster.create(kind, manifest, own)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
    const found = await cluster.get(kind, { namespace, name }, own)
    if (found === undefined || !isGroup(together)(found.metadata))
      throw new SalvageError('CSI.NAME_TAKEN', `the name of the group of snapshots ${namespace}/${name} is taken`)
  }
  return { namespace, name }
}
