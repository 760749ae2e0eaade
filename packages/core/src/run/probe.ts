import type { CallOptions } from '../call-options.ts'
import type { Capabilities, SnapshotCapability } from '../plan/capabilities.ts'
import type { Rig } from '../rig.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Survey } from '../target/discovery.ts'
import type { Target } from '../target/target.ts'
import { mapLimit } from './limit.ts'

const PROBES_AT_ONCE = 16

/** What the backends can do with the targets of a survey, as data for the planner. Reads and changes nothing. */
export async function probe(rig: Rig, survey: Survey, options: CallOptions): Promise<Capabilities> {
  const snapshotters = rig.backends.flatMap((backend) => backend.snapshotters ?? [])
  const pairs = survey.targets.flatMap((target) => snapshotters.map((snapshotter) => ({ target, snapshotter })))
  const snapshots = await mapLimit(pairs, PROBES_AT_ONCE, (pair) => probeOne(pair.snapshotter, pair.target, options))
  const cranes = rig.backends.flatMap((backend) => backend.cranes ?? [])
  return {
    snapshots: snapshots.filter((one) => one !== undefined),
    cranes: Object.fromEntries(cranes.map((crane) => [crane.id, [...crane.media]])),
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
