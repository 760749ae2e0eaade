import type { PlannedWork } from '../backend.ts'
import type { Store } from '../crane/store.ts'
import { errorText, isSalvageError, SalvageError } from '../error.ts'
import type { LiftStep, Plan, SnapshotStep } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { Source } from '../target/source.ts'
import { mapLimit } from './limit.ts'
import { craneOf, dumpsOf, keeperOf, quiescerOf, snapshotterOf, stagingOf } from './parts.ts'

const CHECKS_AT_ONCE = 8

/**
 * Checks everything that can be checked before any workload is touched: each part that the plan names is in the rig, each
 * backend has what it needs for all of it, each quiescer can prepare, each crane can lift from its sources into its store. Rejects with `PREFLIGHT.FAILED`, whose
 * `cause` is the failure, and has changed nothing, but for pulled images and, with `init`, a new store.
 */
export async function preflight(
  rig: Rig,
  plan: Plan,
  options: { readonly signal: AbortSignal; readonly init: boolean },
): Promise<void> {
  try {
    for (const group of plan.groups)
      for (const step of group.whileQuiesced) if (step.kind === 'snapshot') mustCut(rig, step)
    for (const group of plan.groups) for (const step of group.afterResume) mustOpen(rig, step)
    const work = workOf(plan)
    for (const backend of rig.backends) await backend.preflight?.(work, options)
    const steps = plan.groups.flatMap((group) => [...group.quiesce.flat(), ...group.idle])
    await mapLimit(steps, CHECKS_AT_ONCE, (step) =>
      quiescerOf(rig, step.quiescer).prepare(step.workload, step.settings, options),
    )
    await mapLimit(storesOf(plan), CHECKS_AT_ONCE, async ({ store, keeps, sources }) =>
      keeps
        ? keeperOf(rig, store).preflight?.(store, sources, options)
        : craneOf(rig, store).preflight(store, sources, options),
    )
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    throw new SalvageError('PREFLIGHT.FAILED', `nothing was touched: ${errorText(error)}`, {
      cause: error,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    })
  }
}

function workOf({ groups }: Plan): PlannedWork {
  const steps = groups.flatMap((group) => [...group.beforeHold, ...group.whileQuiesced, ...group.afterResume])
  return {
    quiesce: groups.flatMap((group) => [...group.quiesce.flat(), ...group.idle]),
    cuts: steps.flatMap((step) => {
      if (step.kind !== 'snapshot') return []
      const { snapshotter, ref } = step
      return { snapshotter, source: ref.source, ...(ref.together === undefined ? {} : { together: ref.together }) }
    }),
    lifts: steps.flatMap((step) => {
      if (step.kind !== 'lift') return []
      const { ref, from } = step
      const live = from.kind === 'live'
      return { store: ref.store, source: from.kind === 'live' ? from.source : from.ref.source, live }
    }),
  }
}

/** Throws `BACKEND.MISSING` when nothing here can open what a step lifts, or it cannot be staged. */
function mustOpen(rig: Rig, { from, staged }: LiftStep): void {
  if (from.kind !== 'live' || from.source.medium !== 'stream') return
  dumpsOf(rig, from.source.backend)
  if (staged === true) stagingOf(rig)
}

/** Throws `BACKEND.MISSING` also when the snapshotter is not that of the keeper. */
function mustCut(rig: Rig, { snapshotter, ref }: SnapshotStep): void {
  const { keeps } = snapshotterOf(rig, snapshotter)
  if (ref.keep === undefined || keeps?.id === ref.keep.store.crane) return
  keeperOf(rig, ref.keep.store)
  throw new SalvageError('BACKEND.MISSING', `what "${snapshotter}" cuts cannot be kept in ${ref.keep.store.ref}`, {
    hint: 'make the plan again',
  })
}

interface UsedStore {
  readonly store: Store
  /** It takes snapshots, and no archives. */
  readonly keeps: boolean
  readonly sources: readonly Source[]
}

function storesOf(plan: Plan): readonly UsedStore[] {
  const stores = new Map<string, UsedStore & { readonly sources: Source[] }>()
  const add = (store: Store, keeps: boolean, sources: readonly Source[]): void => {
    // One reference may stand in a plan with two settings, and both are used.
    const key = JSON.stringify([store, keeps])
    const known = stores.get(key) ?? { store, keeps, sources: [] }
    stores.set(key, known)
    known.sources.push(...sources)
  }
  for (const group of plan.groups)
    for (const step of [...group.whileQuiesced, ...group.afterResume])
      if (step.kind === 'lift')
        // What is staged is no directory yet.
        add(step.ref.store, false, step.from.kind === 'live' && step.staged !== true ? [step.from.source] : [])
      else if (step.ref.keep !== undefined) add(step.ref.keep.store, true, [step.ref.source])
  return [...stores.values()]
}
