import { deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster, ObjectName } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'
import type { Metadata, Resource } from '../resource/resource.ts'
import { snapshotParts } from './schema.ts'
import type { SnapshotStatus } from './schema.ts'
import { until } from './until.ts'

/** The status of a snapshot, empty while nobody has told anything. */
export function statusOf(snapshot: Resource): SnapshotStatus {
  return snapshotParts.parse(snapshot).status ?? {}
}

/** What waiting for a status takes. */
export interface AwaitOptions extends CallOptions {
  /** Default: a snapshot. */
  readonly kind?: ResourceKind
  /** In milliseconds. */
  readonly withinMs: number
  /** How long an error must stand. */
  readonly errorMs: number
  /** The codes of both ends that are no good ones. */
  readonly failed: string
  readonly late: string
}

/**
 * Waits until a snapshot that is ours, or a group of them, is as it should. Rejects with `failed` when an error of the driver has stood for some
 * time, with `late`, and with `CSI.NOT_TAKEN` when there is no such snapshot (any more).
 */
export async function awaitStatus(
  cluster: Cluster,
  at: ObjectName,
  isOwn: (metadata: Metadata) => boolean,
  is: (status: SnapshotStatus) => boolean,
  { signal, kind = KINDS.volumeSnapshot, withinMs, errorMs, failed, late }: AwaitOptions,
): Promise<Resource> {
  signal.throwIfAborted()
  const subject = `the snapshot ${at.namespace ?? ''}/${at.name}`
  let since: number | undefined
  let said: string | undefined
  using limit = deadline(withinMs, signal)
  const look = async (): Promise<Resource | undefined> => {
    const found = await cluster.get(kind, at, limit)
    if (found === undefined || !isOwn(found.metadata) || found.metadata.deletionTimestamp !== undefined)
      throw new SalvageError('CSI.NOT_TAKEN', `there is no snapshot ${at.namespace ?? ''}/${at.name}`, {
        why: found === undefined ? 'it was never made, or somebody removed it' : 'another one has its name, or it goes',
      })
    const status = statusOf(found)
    if (is(status)) return found
    said = status.error?.message
    since = status.error === undefined ? undefined : (since ?? performance.now())
    if (since !== undefined && performance.now() - since >= errorMs)
      throw new SalvageError(failed, `${subject} failed`, {
        why: said ?? 'the driver does not say why',
        hint: 'see the logs of the CSI driver and of the snapshot controller; the annotation salvage-kit.io/exclude: "true" keeps a claim that cannot be cut out of tides',
      })
    return undefined
  }
  try {
    return await until(look, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError(late, `${subject} was not there in time`, {
      why: said ?? 'its driver has said nothing yet',
      hint: 'look whether the CSI driver, its snapshotter and the snapshot controller run',
    })
  }
}
