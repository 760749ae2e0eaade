import { deadline, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import { isOf, ownLabels } from '../snapshot/own.ts'
import { awaitStatus } from '../snapshot/status.ts'
import { EXCHANGE } from './key.ts'
import { besideName } from './name.ts'
import type { Beside } from './name.ts'
import type { ExchangeToken } from './token.ts'

const CREATE_MS = 15_000
const ERROR_MS = 5000
/** The hold has its own limit, which is shorter. */
const READY_MS = 6 * 3_600_000

/**
 * Cuts a claim for an exchange and waits until the cut could be restored. Idempotent. Rejects with `EXCHANGE.NOT_CUT`, in the words
 * of the driver.
 */
export async function cutBeside(
  cluster: Cluster,
  token: ExchangeToken,
  which: Beside,
  claimName: string,
  { signal }: CallOptions,
): Promise<Resource> {
  signal.throwIfAborted()
  const { id, namespace, snapshot: name } = besideName(token, which)
  await make(cluster, token, which, claimName)
  signal.throwIfAborted()
  return awaitStatus(
    cluster,
    { namespace, name },
    isOf({ id }),
    ({ readyToUse, creationTime }) => readyToUse === true && creationTime !== undefined,
    { signal, errorMs: ERROR_MS, withinMs: READY_MS, failed: 'EXCHANGE.NOT_CUT', late: 'EXCHANGE.NOT_CUT' },
  )
}

/** Has a clock of its own: a creation that is cut off may still be carried out, after somebody has looked for it. */
async function make(cluster: Cluster, token: ExchangeToken, which: Beside, claimName: string): Promise<void> {
  const beside = besideName(token, which)
  const { namespace, snapshot: name } = beside
  using own = deadline(CREATE_MS)
  try {
    await cluster.create(
      KINDS.volumeSnapshot,
      {
        apiVersion: apiVersionOf(KINDS.volumeSnapshot),
        kind: KINDS.volumeSnapshot.kind,
        metadata: {
          namespace,
          name,
          labels: ownLabels(beside, which),
          annotations: { [CUT.target]: `k8s:${token.namespace}/${token.name}`, [EXCHANGE.of]: token.uid },
        },
        spec: {
          source: { persistentVolumeClaimName: claimName },
          ...(token.snapshotClass === undefined ? {} : { volumeSnapshotClassName: token.snapshotClass }),
        },
      },
      own,
    )
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.EXISTS') throw error
    const found = await cluster.get(KINDS.volumeSnapshot, { namespace, name }, own)
    if (found !== undefined && isOf(beside)(found.metadata)) return
    throw new SalvageError('CSI.NAME_TAKEN', `the name of the snapshot ${namespace}/${name} is taken`, {
      hint: 'restore again: a new run has new names',
    })
  }
}
