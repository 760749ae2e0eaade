import type { Store } from '../crane/store.ts'
import { errorText, isSalvageError, SalvageError } from '../error.ts'
import type { Plan } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { Source } from '../target/source.ts'
import { mapLimit } from './limit.ts'
import { craneOf, quiescerOf, snapshotterOf } from './parts.ts'

const CHECKS_AT_ONCE = 8

/**
 * Checks everything that can be checked before any workload is touched: each part that the plan names is in the rig, each
 * quiescer can prepare, each crane can lift from its sources into its store. Rejects with `PREFLIGHT.FAILED`, whose
 * `cause` is the failure, and has changed nothing, but for pulled images and, with `init`, a new store.
 */
export async function preflight(
  rig: Rig,
  plan: Plan,
  options: { readonly signal: AbortSignal; readonly init: boolean },
): Promise<void> {
  try {
    for (const group of plan.groups)
      for (const step of group.whileQuiesced) if (step.kind === 'snapshot') snapshotterOf(rig, step.snapshotter)
    const steps = plan.groups.flatMap((group) => [...group.quiesce.flat(), ...group.idle])
    await mapLimit(steps, CHECKS_AT_ONCE, (step) =>
      quiescerOf(rig, step.quiescer).prepare(step.workload, step.settings, options),
    )
    await mapLimit(storesOf(plan), CHECKS_AT_ONCE, ({ store, sources }) =>
      craneOf(rig, store).preflight(store, sources, options),
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

function storesOf(plan: Plan): { readonly store: Store; readonly sources: readonly Source[] }[] {
  const stores = new Map<string, { store: Store; sources: Source[] }>()
  for (const group of plan.groups)
    for (const step of [...group.whileQuiesced, ...group.afterResume]) {
      if (step.kind !== 'lift') continue
      const { store } = step.ref
      // One reference may stand in a plan with two settings, and both are used.
      const key = JSON.stringify(store)
      const known = stores.get(key) ?? { store, sources: [] }
      stores.set(key, known)
      if (step.from.kind === 'live') known.sources.push(step.from.source)
    }
  return [...stores.values()]
}
