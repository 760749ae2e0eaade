import { randomBytes } from 'node:crypto'
import { makePlan, newRunId, predictHolds, probe, SalvageError, storesOf, survey } from '@salvage-kit/core'
import type { CallOptions, Plan, RunReport, Store } from '@salvage-kit/core'
import type { OpenRig } from '../rig/open-rig.ts'
import { withoutMissing } from './missing-targets.ts'
import { refuseNested } from './nesting.ts'
import { withOtherStores } from './other-stores.ts'
import { resolveTide } from './resolve-tide.ts'
import type { TideOverrides } from './resolve-tide.ts'

/** What is to be run: a tide, or targets, or targets as a tide would copy them. */
export interface TideWishes extends TideOverrides {
  readonly tide?: string | undefined
  /** A store as a person writes it; goes before what the tide says. */
  readonly to?: string | undefined
}

/** What planning takes. */
export interface PlanTideOptions extends CallOptions {
  /**
   * Sees to what a dead run left, or the plan would take for idle what that run brought down; called once the wishes are
   * known to make sense.
   */
  readonly settle: () => Promise<void>
  /** Default: a new one. */
  readonly runId?: string
  /** The time of the schedule that the run is for; default: now. */
  readonly nominal?: Date
}

/** How many runs of the past are looked through for holds like those of the plan. */
const PAST_RUNS = 50

/** An id for a run that begins now. */
export function freshRunId(now: Date): string {
  return newRunId(now, randomBytes(3).toString('hex'))
}

/**
 * Looks at the world and decides what a run would do; changes nothing itself. Rejects with `TIDE.UNKNOWN` and what else is
 * wrong with the tide, `TIDE.NO_STORE`, `TIDE.NESTED`, `STORE.UNKNOWN`, and what `makePlan` throws.
 */
export async function planTide(rig: OpenRig, wishes: TideWishes, options: PlanTideOptions): Promise<Plan> {
  const { signal, nominal } = options
  const settings = wishes.tide === undefined ? undefined : rig.tide(wishes.tide)
  const store = await storeFor(rig, wishes)
  const resolved = resolveTide(settings, store, wishes)
  await refuseNested(resolved.targets, store)
  await options.settle()
  const there = withoutMissing(await survey(rig, { signal }), resolved)
  const found =
    settings === undefined || wishes.to !== undefined
      ? there
      : await withOtherStores(there.survey, there.tide, settings.name, async (text) => rig.store(text))
  const capabilities = await probe(rig, found.survey, { signal, stores: storesOf(found.tide) })
  const now = rig.now()
  const runId = options.runId ?? freshRunId(now)
  const plan = makePlan(found.survey, capabilities, found.tide, { runId, now: nominal ?? now, machine: rig.machine })
  return predictHolds(plan, await pastReports(rig, plan.tide))
}

async function pastReports(rig: OpenRig, tide: string | undefined): Promise<readonly RunReport[]> {
  const runs = await rig.catalog.runs(PAST_RUNS, { kind: 'run', ...(tide === undefined ? {} : { tide }) })
  return runs.flatMap(({ report }) => report ?? [])
}

/** What is said, else the store of the tide, else the only one that is configured. */
async function storeFor(rig: OpenRig, { to, tide }: TideWishes): Promise<Store> {
  const said = to ?? (tide === undefined ? undefined : rig.tide(tide).to)
  if (said !== undefined) return rig.store(said)
  const [only, ...others] = rig.storeNames
  if (only !== undefined && others.length === 0) return rig.store(only)
  throw new SalvageError('TIDE.NO_STORE', 'where to is not said', {
    why: only === undefined ? 'no store is configured' : `configured are ${rig.storeNames.join(', ')}`,
    hint: 'name the store with --to archive:DIR, --to restic:ADDRESS or a configured name, or in the tide',
  })
}
