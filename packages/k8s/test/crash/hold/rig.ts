import { makePlan, memoryCatalog, probe, survey } from '@salvage-kit/core'
import type { CallOptions, Plan, Reporter, Rig, Store, TargetRef } from '@salvage-kit/core'
import type { Cluster } from '../../../src/index.ts'
import { clusterState, kubernetes } from '../../../src/index.ts'
import type { LaneKind } from './kind.ts'
import { KIND_PARTS } from './kind.ts'

/** Short, so that a dead process is known as one soon. */
const LEASE = { leaseSeconds: 8, renewMs: 1000 }
/** The longest hold of a tool that lives. */
export const HOLD_MS = 60_000
const SNAPSHOTS: Store = {
  ref: 'csi:csi-hostpath-snapclass',
  crane: 'csi',
  settings: { class: 'csi-hostpath-snapclass' },
}

/** Of which namespace the rig is. */
export interface RigPlace {
  readonly namespace: string
  readonly kind: LaneKind
}

/** The rig of a process without a disk: its journal and its locks are in the namespace that it copies. */
export function rigOn(cluster: Cluster, { namespace, kind }: RigPlace, report: Reporter = () => undefined): Rig {
  const state = clusterState(cluster, { namespace, name: 'salvage-kit', ...LEASE })
  return {
    backends: [kubernetes(state.cluster, { namespaces: [namespace], ...KIND_PARTS[kind].settings })],
    journal: state.journal,
    locks: state.locks,
    catalog: memoryCatalog(),
    report,
    now: () => new Date(),
  }
}

/** All claims of the namespace that workloads use, cut together, each kept, and lifted where the kind has a store. */
export async function planOn(rig: Rig, kind: LaneKind, runId: string, { signal }: CallOptions): Promise<Plan> {
  const { store } = KIND_PARTS[kind]
  const found = await survey(rig, { signal })
  const targets = found.targets.map(({ ref }): TargetRef => ref).filter((ref) => !ref.endsWith('/repository'))
  const tide = {
    targets,
    grouping: 'project',
    snapshots: SNAPSHOTS,
    ...(store === undefined ? {} : { store }),
    maxHoldMs: HOLD_MS,
    maxConcurrent: 2,
  } as const
  const stores = store === undefined ? [] : [store]
  const abilities = await probe(rig, found, { signal, stores, snapshots: SNAPSHOTS })
  return makePlan(found, abilities, tide, { runId, now: new Date(), machine: 'crash' })
}
