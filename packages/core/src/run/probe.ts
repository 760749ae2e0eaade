import type { CallOptions } from '../call-options.ts'
import type { StoreAbilities } from '../crane/crane.ts'
import type { Store } from '../crane/store.ts'
import { isSalvageError } from '../error.ts'
import type { Capabilities, SnapshotCapability } from '../plan/capabilities.ts'
import type { Rig } from '../rig.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Survey } from '../target/discovery.ts'
import type { Target } from '../target/target.ts'
import { mapLimit } from './limit.ts'

const PROBES_AT_ONCE = 16

/** What probe takes. */
export interface ProbeOptions extends CallOptions {
  /** The stores that the plan will use: see `storesOf`. */
  readonly stores: readonly Store[]
}

/**
 * What the backends can do with the targets of a survey and with the stores of a tide, as data for the planner. Reads and
 * changes nothing. A store that cannot be asked now stands in no answer: the checks before the run say what is wrong.
 */
export async function probe(rig: Rig, survey: Survey, options: ProbeOptions): Promise<Capabilities> {
  const snapshotters = rig.backends.flatMap((backend) => backend.snapshotters ?? [])
  const pairs = survey.targets.flatMap((target) => snapshotters.map((snapshotter) => ({ target, snapshotter })))
  const snapshots = await mapLimit(pairs, PROBES_AT_ONCE, (pair) => probeOne(pair.snapshotter, pair.target, options))
  const cranes = rig.backends.flatMap((backend) => backend.cranes ?? [])
  const stores = await mapLimit(options.stores, PROBES_AT_ONCE, (store) => askOne(rig, store, options))
  return {
    snapshots: snapshots.filter((one) => one !== undefined),
    cranes: Object.fromEntries(cranes.map((crane) => [crane.id, [...crane.media]])),
    stores: Object.fromEntries(stores.flat()),
  }
}

async function askOne(
  rig: Rig,
  store: Store,
  { signal }: CallOptions,
): Promise<readonly (readonly [string, StoreAbilities])[]> {
  const crane = rig.backends.flatMap((backend) => backend.cranes ?? []).find(({ id }) => id === store.crane)
  if (crane === undefined) return []
  if (crane.abilities === undefined)
    return [[store.ref, { archives: crane.archives !== undefined, deduplicates: false }]]
  try {
    const { archives, deduplicates } = await crane.abilities(store, { signal })
    return [[store.ref, { archives, deduplicates }]]
  } catch (error) {
    signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    return []
  }
}

async function probeOne(
  snapshotter: Snapshotter,
  target: Target,
  options: CallOptions,
): Promise<SnapshotCapability | undefined> {
  const support = await snapshotter.probe(target.source, options)
  if (!support.supported) return undefined
  return { target: target.ref, snapshotter: snapshotter.id, exposes: support.exposes, token: support.token }
}
