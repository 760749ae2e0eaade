import type { LiftRef } from '../crane/crane.ts'
import type { SnapshotCapability } from './capabilities.ts'
import type { Group, LiftOrigin, LiftStep, SnapshotStep } from './plan.ts'
import type { Way } from './way.ts'

/** A way that leads to a copy, or to several. */
export type OpenWay = Exclude<Way, { kind: 'none' }>

/** What the refs of one plan have in common. */
export type RefBase = Pick<LiftRef, 'runId' | 'at' | 'machine' | 'tide'>

/**
 * The steps of one group: warm lifts if it has a hold to keep short (`interrupts`), cuts, lifts of live sources, then, after
 * the workloads rose, lifts of what was cut for them and of streams. The nth target of the plan has the lift id `RUN-n` and, when it is cut, the
 * snapshot id `RUN-sn`, when it is lifted warm, `RUN-wn`; `first` is the number of the group's first target. Cuts of `related`
 * targets that can be made at one instant are; the first of them gives the name: `RUN-tn`.
 */
export function stepsOf(
  ways: readonly OpenWay[],
  common: RefBase,
  {
    first,
    interrupts,
    related,
  }: {
    readonly first: number
    readonly interrupts: boolean
    /** Whether a workload connects them: what nobody uses shares no instant. */
    readonly related: boolean
  },
): Pick<Group, 'beforeHold' | 'whileQuiesced' | 'afterResume'> {
  const beforeHold: LiftStep[] = []
  const snapshots: SnapshotStep[] = []
  const live: LiftStep[] = []
  const afterResume: LiftStep[] = []
  const together = related ? togetherOf(ways, common, first) : new Map<OpenWay, string>()
  for (const [place, way] of ways.entries()) {
    const n = String(first + place)
    const { machine = common.machine } = way.target
    const base: RefBase = { ...common, machine }
    const cut = cutStep(way, base, n, together.get(way))
    if (cut !== undefined) snapshots.push(cut)
    if (way.kind === 'live') {
      const step = liftStep(way, base, n, { kind: 'live', source: way.target.source })
      live.push(step)
      if (interrupts && way.warm.first)
        beforeHold.push({ ...step, ref: { ...step.ref, id: `${base.runId}-w${n}`, warm: true } })
    } else if (way.kind === 'stream') {
      const step = liftStep(way, base, n, { kind: 'live', source: way.target.source })
      afterResume.push(way.staged ? { ...step, staged: true } : step)
    } else if (way.kind === 'snapshot' && cut !== undefined) afterResume.push(liftStep(way, base, n, cut))
  }
  return { beforeHold, whileQuiesced: [...snapshots, ...live], afterResume }
}

function cutOf(way: OpenWay): SnapshotCapability | undefined {
  if (way.kind === 'stream') return undefined
  return way.kind === 'snapshot' ? way.cut : way.keep?.cut
}

/** Which ways are cut at one instant with others, and how that cut is called. */
function togetherOf(ways: readonly OpenWay[], { runId }: RefBase, first: number): ReadonlyMap<OpenWay, string> {
  const places = [...ways.entries()]
  const alike = Map.groupBy(places, ([, way]) => {
    const { snapshotter, together } = cutOf(way) ?? {}
    return together === undefined ? undefined : JSON.stringify([snapshotter, together])
  })
  alike.delete(undefined)
  const named = [...alike.values()].flatMap((members) => {
    const [[place] = [0]] = members
    return members.length < 2 ? [] : members.map(([, way]) => [way, `${runId}-t${String(first + place)}`] as const)
  })
  return new Map(named)
}

function cutStep(way: OpenWay, base: RefBase, n: string, together: string | undefined): SnapshotStep | undefined {
  const { target } = way
  const cut = cutOf(way)
  if (cut === undefined || way.kind === 'stream') return undefined
  const { keep } = way
  const { runId, ...said } = base
  const ref = {
    id: `${runId}-s${n}`,
    runId,
    target: target.ref,
    source: target.source,
    token: cut.token,
    ...(keep === undefined ? {} : { keep: { store: keep.store, ...said } }),
    ...(together === undefined ? {} : { together }),
  }
  return { kind: 'snapshot', snapshotter: cut.snapshotter, ref }
}

function liftStep(
  { target, store }: Exclude<OpenWay, { kind: 'kept' }>,
  base: RefBase,
  n: string,
  from: LiftOrigin,
): LiftStep {
  return { kind: 'lift', ref: { id: `${base.runId}-${n}`, ...base, target: target.ref, store }, from }
}
