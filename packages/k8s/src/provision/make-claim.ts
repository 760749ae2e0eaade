import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, ClaimSource } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { labelValue } from '../label/label-value.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import { claimManifest } from '../snapshot/manifest.ts'
import { claimParts } from '../snapshot/schema.ts'
import { until } from '../snapshot/until.ts'
import type { PlaceToken } from './schema.ts'

const FILL_MS = 6 * 3_600_000
const CREATE_MS = 15_000
/** The cluster's own controller tells within moments who is to make the volume of a claim, if nobody has to wait for a pod. */
const ANNOUNCED_MS = 3000
const PROVISIONERS = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner']

/**
 * Makes the claim of a token. One of a class that waits for a pod gets its volume, and with it its content, before that pod
 * starts; of any other class the volume with the whole content is waited for. Rejects with `RESTORE.OCCUPIED` when the name
 * was taken meanwhile, `RESTORE.POINT_UNKNOWN`, `CSI.PLACE_LATE`.
 */
export async function makeClaim(
  cluster: Cluster,
  token: PlaceToken,
  { fillMs = FILL_MS }: { readonly fillMs?: number },
  { signal }: CallOptions,
): Promise<ClaimSource> {
  signal.throwIfAborted()
  const at = { namespace: token.namespace, name: token.name }
  const claim = await make(cluster, token, { signal })
  if (token.snapshot !== undefined) await awaitContent(cluster, at, fillMs, signal)
  const { uid } = claim.metadata
  return { medium: 'pvc', ...at, ...(uid === undefined ? {} : { uid }) }
}

/** Has a clock of its own: see `takeCut`. */
async function make(cluster: Cluster, token: PlaceToken, { signal }: CallOptions): Promise<Resource> {
  const { namespace, name, runId, size, snapshot } = token
  const at = { namespace, name }
  using own = deadline(CREATE_MS)
  if (snapshot !== undefined) {
    // Another one of its name would be somebody else's data.
    const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name: snapshot.name }, own)
    if (found?.metadata.uid !== snapshot.uid)
      throw new SalvageError('RESTORE.POINT_UNKNOWN', `the snapshot ${namespace}/${snapshot.name} is gone`)
    signal.throwIfAborted()
  }
  const labels = { [CUT.runId]: labelValue(runId), [CUT.role]: 'place' }
  const from = { size, ...(snapshot === undefined ? {} : { snapshot: snapshot.name }) }
  try {
    return await cluster.create(KINDS.claim, claimManifest({ ...at, labels }, token, from), own)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
    const found = await cluster.get(KINDS.claim, at, own)
    if (found?.metadata.labels?.[CUT.runId] === labels[CUT.runId] && found.metadata.labels[CUT.role] === 'place')
      return found
    throw new SalvageError('RESTORE.OCCUPIED', `there is a claim ${namespace}/${name} by now`)
  }
}

async function awaitContent(
  cluster: Cluster,
  at: { readonly namespace: string; readonly name: string },
  fillMs: number,
  signal: AbortSignal,
): Promise<void> {
  using limit = deadline(fillMs, signal)
  const begun = performance.now()
  try {
    await until(async () => {
      const found = await cluster.get(KINDS.claim, at, limit)
      if (found === undefined)
        throw new SalvageError('CSI.PLACE_LATE', `the claim ${at.namespace}/${at.name} was removed while it was filled`)
      if (claimParts.parse(found).status?.phase === 'Bound') return true
      const isAnnounced = PROVISIONERS.some((key) => found.metadata.annotations?.[key] !== undefined)
      return !isAnnounced && performance.now() - begun > ANNOUNCED_MS ? true : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError('CSI.PLACE_LATE', `the claim ${at.namespace}/${at.name} has no volume yet`, {
      why: 'its driver has not brought the content of the snapshot in time',
      hint: `look at the events of the claim: kubectl -n ${at.namespace} describe pvc ${at.name}`,
    })
  }
}
