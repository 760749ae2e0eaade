import { recoverFirst, run } from '@salvage-kit/core'
import type { CallOptions, RunReport } from '@salvage-kit/core'
import type { OpenRig } from '../rig/open-rig.ts'
import { planTide } from './plan-tide.ts'
import type { TideWishes } from './plan-tide.ts'
import { pruneTide } from './prune-tide.ts'

/** What running a tide takes. */
export interface RunTideOptions extends CallOptions {
  /** Make a store that is not there yet. */
  readonly init?: boolean
  readonly runId?: string
  readonly nominal?: Date
}

/**
 * Takes back what dead runs left, plans, runs, and then prunes by the `keep` of a tide that was run as a whole, or by the rules of its stores. Resolves
 * with the report also when copies failed. Rejects with what `planTide` and core's `run` reject with, nothing touched.
 */
export async function runTide(rig: OpenRig, wishes: TideWishes, options: RunTideOptions): Promise<RunReport> {
  const { signal, init = false, ...which } = options
  const plan = await planTide(rig, wishes, { signal, ...which, settle: () => recoverFirst(rig, { signal }) })
  const report = await run(rig, plan, { signal, init })
  if (plan.tide !== undefined) await pruneTide(rig, { plan, report, keep: rig.tide(plan.tide).keep }, { signal })
  return report
}
