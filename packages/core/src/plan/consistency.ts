import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { Group, LiftStep, Plan, SnapshotStep } from './plan.ts'

/** A member that contradicts another. */
export interface Inconsistency {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/**
 * What a plan by its form alone may still get wrong: a target copied twice or not at all, an id used twice (leftovers
 * are found by it), a snapshot kept twice, a cut at one instant over two groups, a step for a target of another group, a lift of a snapshot that its group does not cut, a ref of
 * another run, a warm lift of what is not lifted again inside the hold, a snapshot that is staged, a stream of several files that is not.
 */
export function inconsistencies(plan: Plan): readonly Inconsistency[] {
  const found: Inconsistency[] = []
  const seen = new Set<string>()
  const once = (what: string, path: readonly PropertyKey[]): void => {
    if (seen.has(what)) found.push({ path, message: `${what} stands twice` })
    seen.add(what)
  }
  for (const [place, group] of plan.groups.entries()) {
    const path = ['groups', place]
    const members = new Set(group.targets)
    once(`group ${group.id}`, [...path, 'id'])
    for (const [at, target] of group.targets.entries()) once(`target ${target}`, [...path, 'targets', at])
    for (const name of togetherIn(group)) once(`cut ${name}`, [...path, 'whileQuiesced'])
    for (const [at, step] of stepsWithPaths(group)) {
      const name = [...path, ...at, 'ref']
      once(`${step.kind} id ${step.ref.id}`, [...name, 'id'])
      if (step.ref.runId !== plan.runId)
        found.push({ path: [...name, 'runId'], message: 'is not the run id of the plan' })
      if (!members.has(step.ref.target)) found.push({ path: [...name, 'target'], message: 'is no target of its group' })
    }
    found.push(
      ...[...strayLifts(group), ...strayWarmLifts(group)].map(({ path: at, message }) => ({
        path: [...path, ...at],
        message,
      })),
    )
  }
  for (const [place, { target }] of plan.skipped.entries()) once(`target ${target}`, ['skipped', place, 'target'])
  return found
}

/** The cuts that are made at one instant: each of one group and one snapshotter. */
function togetherIn({ whileQuiesced }: Group): readonly string[] {
  const cuts = whileQuiesced.flatMap((step) =>
    step.kind === 'snapshot' && step.ref.together !== undefined
      ? [[`${step.snapshotter} ${step.ref.together}`, step.ref.together] as const]
      : [],
  )
  return [...new Map(cuts).values()]
}

function stepsWithPaths(group: Group): readonly (readonly [readonly PropertyKey[], SnapshotStep | LiftStep])[] {
  return (['beforeHold', 'whileQuiesced', 'afterResume'] as const).flatMap((list) =>
    group[list].map((step, place) => [[list, place], step] as const),
  )
}

function strayLifts(group: Group): readonly Inconsistency[] {
  const found: Inconsistency[] = []
  const cuts = new Set<string>()
  const keeps = new Map<string, number>()
  for (const step of group.whileQuiesced) {
    if (step.kind !== 'snapshot') continue
    const { target, keep } = step.ref
    cuts.add(cutText(step.snapshotter, step.ref))
    if (keep !== undefined) keeps.set(target, (keeps.get(target) ?? 0) + 1)
  }
  const lifts = [...group.whileQuiesced, ...group.afterResume].filter((step) => step.kind === 'lift')
  for (const [place, { ref, from, staged }] of group.afterResume.entries()) {
    const path = ['afterResume', place, 'from']
    if (from.kind === 'live') {
      if (from.source.medium === 'stream' && from.source.several === true && staged !== true)
        found.push({ path, message: 'is a stream of several files, and not staged' })
      continue
    }
    if (staged !== undefined)
      found.push({ path: ['afterResume', place, 'staged'], message: 'stages what is no stream' })
    if (!cuts.has(cutText(from.snapshotter, from.ref)))
      found.push({ path, message: 'is a snapshot that this group does not cut' })
    if (from.ref.target !== ref.target) found.push({ path, message: 'is a snapshot of another target' })
  }
  const counts = new Map<string, number>()
  for (const { ref } of lifts) counts.set(ref.target, (counts.get(ref.target) ?? 0) + 1)
  for (const [place, target] of group.targets.entries()) {
    const count = counts.get(target) ?? 0
    const kept = keeps.get(target) ?? 0
    if (kept > 1) found.push({ path: ['targets', place], message: `is kept ${String(kept)} times` })
    if (count > 1 || count + kept === 0)
      found.push({ path: ['targets', place], message: `is lifted ${String(count)} times` })
  }
  return found
}

/** The second lift reads and writes what the first did: only then is it short. */
function strayWarmLifts({ beforeHold, whileQuiesced }: Group): readonly Inconsistency[] {
  const again = new Set(whileQuiesced.flatMap((step) => (step.kind === 'lift' ? [pathText(step)] : [])))
  const seen = new Set<string>()
  const found: Inconsistency[] = []
  for (const [place, step] of beforeHold.entries()) {
    const path = ['beforeHold', place]
    if (!again.has(pathText(step))) found.push({ path, message: 'is not lifted again inside the hold' })
    if (seen.has(step.ref.target)) found.push({ path, message: 'is a second warm lift of its target' })
    seen.add(step.ref.target)
  }
  return found
}

function pathText({ ref, from }: LiftStep): string {
  return JSON.stringify([ref.target, ref.store, from])
}

function cutText(snapshotter: string, ref: SnapshotRef): string {
  return JSON.stringify([snapshotter, ref.id, ref.target, ref.source, ref.token, ref.keep])
}
