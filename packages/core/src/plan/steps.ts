import type { LiftRef } from '../crane/crane.ts'
import type { Group, LiftOrigin, LiftStep, SnapshotStep } from './plan.ts'
import type { Way } from './way.ts'

/** A way that leads to a copy. */
export type OpenWay = Exclude<Way, { kind: 'none' }>

/** What the refs of one plan have in common. */
export type RefBase = Pick<LiftRef, 'runId' | 'at' | 'machine' | 'tide'>

/**
 * The steps of one group: warm lifts if it has a hold to keep short (`interrupts`), cuts, lifts of live sources, then, after
 * the workloads rose, lifts of what was cut. The nth target of the plan has the lift id `RUN-n` and, when it is cut, the
 * snapshot id `RUN-sn`, when it is lifted warm, `RUN-wn`; `first` is the number of the group's first target.
 */
export function stepsOf(
  ways: readonly OpenWay[],
  base: RefBase,
  { first, interrupts }: { readonly first: number; readonly interrupts: boolean },
): Pick<Group, 'beforeHold' | 'whileQuiesced' | 'afterResume'> {
  const beforeHold: LiftStep[] = []
  const snapshots: SnapshotStep[] = []
  const live: LiftStep[] = []
  const afterResume: LiftStep[] = []
  for (const [place, way] of ways.entries()) {
    const n = String(first + place)
    if (way.kind === 'live') {
      const step = liftStep(way, base, n, { kind: 'live', source: way.target.source })
      live.push(step)
      if (interrupts && way.warm.first)
        beforeHold.push({ ...step, ref: { ...step.ref, id: `${base.runId}-w${n}`, warm: true } })
      continue
    }
    const { snapshotter, token } = way.cut
    const ref = {
      id: `${base.runId}-s${n}`,
      runId: base.runId,
      target: way.target.ref,
      source: way.target.source,
      token,
    }
    snapshots.push({ kind: 'snapshot', snapshotter, ref })
    afterResume.push(liftStep(way, base, n, { kind: 'snapshot', snapshotter, ref }))
  }
  return { beforeHold, whileQuiesced: [...snapshots, ...live], afterResume }
}

function liftStep({ target, store }: OpenWay, base: RefBase, n: string, from: LiftOrigin): LiftStep {
  return { kind: 'lift', ref: { id: `${base.runId}-${n}`, ...base, target: target.ref, store }, from }
}
