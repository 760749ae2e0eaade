import type { CallOptions, ListOptions, PointStore, RestorePoint, Store } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Metadata } from '../resource/resource.ts'
import { eachAtMost } from '../retention/pool.ts'
import { CUT } from './key.ts'
import { byCut, keptSelector, pointOf } from './point.ts'
import type { KeptPoint } from './point.ts'
import { removeSnapshot } from './drop.ts'
import { removeOwn } from './removal.ts'
import { pointToken } from './schema.ts'
import type { CsiSettings } from './settings.ts'

const WIDTH = 16

/** The kept snapshots of the namespaces of the settings. They are not copied elsewhere from here, and nothing here reads them. */
export function csiPoints(cluster: Cluster, { namespaces, goneMs }: CsiSettings): PointStore {
  async function* list(store: Store, { signal, onProblem }: ListOptions): AsyncGenerator<RestorePoint> {
    signal.throwIfAborted()
    const found: KeptPoint[] = []
    for (const namespace of new Set(namespaces)) {
      const scope = { namespace, labelSelector: keptSelector(store) }
      for await (const one of cluster.list(KINDS.volumeSnapshot, scope, { signal })) {
        if (one.metadata.deletionTimestamp !== undefined) continue
        const read = pointOf(one, store)
        if ('point' in read) found.push(read)
        else onProblem?.(read)
      }
    }
    yield* found.toSorted(byCut).map(({ point }) => point)
  }
  const remove = async (point: RestorePoint, options: CallOptions): Promise<void> => {
    const { uid, ...at } = pointToken.parse(point.token)
    const isIt = (metadata: Metadata): boolean => metadata.uid === uid
    const found = await cluster.get(KINDS.volumeSnapshot, at, options)
    if (found === undefined || !isIt(found.metadata)) return
    const own = found.metadata.labels?.[CUT.snapshot]
    if (own !== undefined) await removeExposures(cluster, at.namespace, own, { ...options, goneMs })
    await removeSnapshot(cluster, at, isIt, { ...options, goneMs })
  }
  return {
    list,
    remove: async (points, _store, options) => removeAll(points, remove, options),
  }
}

/** One that cannot be removed keeps no other; then it rejects with the first failure. */
async function removeAll(
  points: readonly RestorePoint[],
  remove: (point: RestorePoint, options: CallOptions) => Promise<void>,
  options: CallOptions,
): Promise<void> {
  const failures: unknown[] = []
  await eachAtMost(WIDTH, points, async (point) => {
    try {
      await remove(point, options)
    } catch (error) {
      options.signal.throwIfAborted()
      failures.push(error)
    }
  })
  if (failures.length > 0) throw failures[0]
}

/** By their label: a claim that shows a snapshot has its name from a ref that nobody has any more. */
async function removeExposures(
  cluster: Cluster,
  namespace: string,
  snapshot: string,
  options: Parameters<typeof removeOwn>[4],
): Promise<void> {
  const scope = { namespace, labelSelector: `${CUT.snapshot}=${snapshot},${CUT.role}=exposure` }
  for await (const { metadata } of cluster.listMetadata(KINDS.claim, scope, options))
    await removeOwn(
      cluster,
      KINDS.claim,
      { namespace, name: metadata.name },
      ({ uid }) => uid === metadata.uid,
      options,
    )
}
