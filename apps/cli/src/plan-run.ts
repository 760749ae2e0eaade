import { randomBytes } from 'node:crypto'
import { makePlan, newRunId, predictHolds, probe, storesOf, survey } from '@salvage-kit/core'
import type { Plan, RunReport, Store } from '@salvage-kit/core'
import { resolveTide, withoutMissing } from '@salvage-kit/host'
import type { OpenRig } from '@salvage-kit/host'
import { usageError } from './failure.ts'
import { refuseNested } from './nesting.ts'
import type { Wishes } from './wishes.ts'

/** How many runs of the past are looked through for holds like those of the plan. */
const PAST_RUNS = 50

/**
 * Looks at the world and decides what a run would do; changes nothing itself. `settle` sees to what a dead run left, or
 * the plan would take for idle what that run brought down; it is called once the command line is known to be right.
 */
export async function planRun(
  rig: OpenRig,
  wishes: Wishes,
  settle: () => Promise<void>,
  signal: AbortSignal,
): Promise<Plan> {
  const settings = wishes.tide === undefined ? undefined : rig.tide(wishes.tide)
  const store = await storeFor(rig, wishes)
  const tide = resolveTide(settings, store, wishes)
  await refuseNested(tide.targets, store)
  await settle()
  const found = withoutMissing(await survey(rig, { signal }), tide)
  const capabilities = await probe(rig, found.survey, { signal, stores: storesOf(found.tide) })
  const now = rig.now()
  const runId = newRunId(now, randomBytes(3).toString('hex'))
  const plan = makePlan(found.survey, capabilities, found.tide, { runId, now, machine: rig.machine })
  return predictHolds(plan, await pastReports(rig, plan.tide))
}

async function pastReports(rig: OpenRig, tide: string | undefined): Promise<readonly RunReport[]> {
  const runs = await rig.catalog.runs(PAST_RUNS, tide)
  return runs.flatMap(({ report }) => report ?? [])
}

/** `--to`, else the store of the tide, else the only one that is configured. */
async function storeFor(rig: OpenRig, { to, tide }: Wishes): Promise<Store> {
  const said = to ?? (tide === undefined ? undefined : rig.tide(tide).to)
  if (said !== undefined) return rig.store(said)
  const [only, ...others] = rig.storeNames
  if (only !== undefined && others.length === 0) return rig.store(only)
  throw usageError('where to is not said', {
    why: only === undefined ? 'no store is configured' : `configured are ${rig.storeNames.join(', ')}`,
    hint: 'name the store with --to archive:DIR, --to restic:ADDRESS or a configured name',
  })
}
