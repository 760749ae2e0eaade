import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, ClaimSource } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { isOf, ownLabels } from '../snapshot/own.ts'
import { larger } from '../snapshot/quantity.ts'
import { statusOf } from '../snapshot/status.ts'
import { awaitVolume } from './content.ts'
import { dropBeside } from './drop.ts'
import { besideName } from './name.ts'
import { pointSnapshot } from './source.ts'
import type { ExchangeToken } from './token.ts'
import type { WholeSettings } from './settings.ts'

const CREATE_MS = 15_000

/**
 * Makes a claim beside, like that of the target: an empty one to lower into, or one of the snapshot of the point. The latter only
 * shows that the cluster can make such a claim by now, as far as that shows without a pod, and goes again.
 */
export async function stageBeside(
  cluster: Cluster,
  token: ExchangeToken,
  settings: WholeSettings,
  { signal }: CallOptions,
): Promise<ClaimSource> {
  signal.throwIfAborted()
  const snapshot = token.point === undefined ? undefined : await pointSnapshot(cluster, token, { signal })
  const { namespace, claim: name } = besideName(token, 'fresh')
  const { uid } = (await make(cluster, token, snapshot)).metadata
  signal.throwIfAborted()
  const source: ClaimSource = { medium: 'pvc', namespace, name, ...(uid === undefined ? {} : { uid }) }
  if (snapshot === undefined) return source
  using limit = deadline(settings.fillMs, signal)
  try {
    if (!token.waits) await awaitVolume(cluster, { namespace, name }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError(
      'CSI.PLACE_LATE',
      `a claim of the snapshot ${snapshot.metadata.name} got no volume in time`,
      {
        hint: `look at the events of the claim: kubectl -n ${namespace} describe pvc ${name}`,
      },
    )
  }
  await dropBeside(cluster, token, settings, { signal })
  return source
}

/** Has a clock of its own: see `cutBeside`. */
async function make(cluster: Cluster, token: ExchangeToken, snapshot: Resource | undefined): Promise<Resource> {
  const beside = besideName(token, 'fresh')
  const { namespace, claim: name } = beside
  const { spec, size } = token.claim
  const storage = larger(size, snapshot === undefined ? undefined : statusOf(snapshot).restoreSize) ?? size
  using own = deadline(CREATE_MS)
  try {
    return await cluster.create(
      KINDS.claim,
      {
        apiVersion: apiVersionOf(KINDS.claim),
        kind: KINDS.claim.kind,
        metadata: { namespace, name, labels: ownLabels(beside, 'exposure') },
        spec: {
          ...spec,
          resources: { requests: { storage } },
          ...(snapshot === undefined
            ? {}
            : {
                dataSource: {
                  apiGroup: KINDS.volumeSnapshot.group,
                  kind: KINDS.volumeSnapshot.kind,
                  name: snapshot.metadata.name,
                },
              }),
        },
      },
      own,
    )
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
    const found = await cluster.get(KINDS.claim, { namespace, name }, own)
    if (found !== undefined && isOf(beside)(found.metadata)) return found
    throw new SalvageError('CSI.NAME_TAKEN', `the name of the claim ${namespace}/${name} is taken`, {
      hint: 'restore again: a new run has new names',
    })
  }
}
