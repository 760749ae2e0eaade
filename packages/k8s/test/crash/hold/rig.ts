import { makePlan, memoryCatalog, probe, survey } from '@salvage-kit/core'
import type { CallOptions, Plan, Reporter, Rig, Store, TargetRef } from '@salvage-kit/core'
import type { Cluster } from '../../../src/index.ts'
import { clusterState, kubernetes } from '../../../src/index.ts'

/** Short, so that a dead process is known as one soon. */
const LEASE = { leaseSeconds: 8, renewMs: 1000 }
const STORE: Store = { ref: 'csi:csi-hostpath-snapclass', crane: 'csi', settings: { class: 'csi-hostpath-snapclass' } }

/** The rig of a process without a disk: its journal and its locks are in the namespace that it copies. */
export function rigOn(cluster: Cluster, namespace: string, report: Reporter = () => undefined): Rig {
  const state = clusterState(cluster, { namespace, name: 'salvage-kit', ...LEASE })
  return {
    backends: [kubernetes(state.cluster, { namespaces: [namespace] })],
    journal: state.journal,
    locks: state.locks,
    catalog: memoryCatalog(),
    report,
    now: () => new Date(),
  }
}

/** All claims of the namespace, cut together, each kept. */
export async function planOn(rig: Rig, runId: string, { signal }: CallOptions): Promise<Plan> {
  const found = await survey(rig, { signal })
  const targets = found.targets.map(({ ref }): TargetRef => ref)
  const tide = { targets, grouping: 'project', snapshots: STORE, maxHoldMs: 60_000, maxConcurrent: 2 } as const
  const abilities = await probe(rig, found, { signal, stores: [], snapshots: STORE })
  return makePlan(found, abilities, tide, { runId, now: new Date(), machine: 'crash' })
}
