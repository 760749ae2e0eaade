import type { CallOptions } from '../call-options.ts'
import type { StoreAbilities } from '../crane/crane.ts'
import type { Store } from '../crane/store.ts'
import { isSalvageError } from '../error.ts'
import type { Capabilities, SnapshotCapability } from '../plan/capabilities.ts'
import type { Rig } from '../rig.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Target } from '../target/target.ts'
import { mapLimit } from './limit.ts'

const PROBES_AT_ONCE = 16

/** What probe takes. */
export interface ProbeOptions extends CallOptions {
  /** The stores that the plan will use: see `storesOf`. */
  readonly stores: readonly Store[]
  /** What keeps the snapshots of the tide. */
  readonly snapshots?: Store | undefined
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
  const unkept = snapshots.flatMap((one) => (one.kind === 'unkept' ? [[one.target, one.why] as const] : []))
  const stores = await mapLimit(options.stores, PROBES_AT_ONCE, (store) => askOne(rig, store, options))
  return {
    snapshots: snapshots.flatMap((one) => (one.kind === 'able' ? one.capability : [])),
    ...(unkept.length === 0 ? {} : { unkept: Object.fromEntries(unkept) }),
    cranes: Object.fromEntries(cranes.map((crane) => [crane.id, [...crane.media]])),
    ...(rig.staging === undefined ? {} : { staging: true }),
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

type Probed =
  | { readonly kind: 'able'; readonly capability: SnapshotCapability }
  | { readonly kind: 'unkept'; readonly target: TargetRef; readonly why: string }
  | { readonly kind: 'unable' }

async function probeOne(
  snapshotter: Snapshotter,
  { ref: target, source }: Target,
  { signal, snapshots: keep }: ProbeOptions,
): Promise<Probed> {
  const isKept = keep !== undefined && snapshotter.keeps?.id === keep.crane
  const support = await snapshotter.probe(source, { signal, ...(isKept ? { keep } : {}) })
  if (!support.supported) return isKept ? { kind: 'unkept', target, why: support.why } : { kind: 'unable' }
  const { exposes, token, together } = support
  const said = { ...(isKept ? { keptIn: keep.ref } : {}), ...(together === undefined ? {} : { together }) }
  return { kind: 'able', capability: { target, snapshotter: snapshotter.id, exposes, token, ...said } }
}
