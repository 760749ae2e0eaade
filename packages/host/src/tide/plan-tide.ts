import { randomBytes } from 'node:crypto'
import { makePlan, newRunId, predictHolds, probe, SalvageError, storesOf, survey } from '@salvage-kit/core'
import type { CallOptions, Plan, RunReport, Store } from '@salvage-kit/core'
import type { OpenRig } from '../rig/open-rig.ts'
import { expanded } from './expand-targets.ts'
import { withoutMissing } from './missing-targets.ts'
import { refuseNested } from './nesting.ts'
import { withOtherStores } from './other-stores.ts'
import { resolveTide } from './resolve-tide.ts'
import type { TideOverrides, TideStores } from './resolve-tide.ts'

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
 * wrong with the tide, `TIDE.NO_STORE`, `TIDE.SNAPSHOTS`, `TIDE.NESTED`, `STORE.UNKNOWN`, and what `makePlan` throws.
 */
export async function planTide(rig: OpenRig, wishes: TideWishes, options: PlanTideOptions): Promise<Plan> {
  const { signal, nominal } = options
  const settings = wishes.tide === undefined ? undefined : rig.tide(wishes.tide)
  const stores = await storesFor(rig, wishes)
  const resolved = resolveTide(settings, stores, wishes)
  await refuseNested(resolved.targets, stores.store)
  await options.settle()
  const meant = expanded(await survey(rig, { signal }), resolved)
  const there = withoutMissing(meant.survey, meant.tide)
  const found =
    settings === undefined || wishes.to !== undefined
      ? there
      : await withOtherStores(there.survey, there.tide, settings.name, async (text) => rig.store(text))
  const capabilities = await probe(rig, found.survey, {
    signal,
    stores: storesOf(found.tide),
    snapshots: found.tide.snapshots,
  })
  const now = rig.now()
  const runId = options.runId ?? freshRunId(now)
  const plan = makePlan(found.survey, capabilities, found.tide, { runId, now: nominal ?? now, machine: rig.machine })
  return predictHolds(plan, await pastReports(rig, plan.tide))
}

async function pastReports(rig: OpenRig, tide: string | undefined): Promise<readonly RunReport[]> {
  const runs = await rig.catalog.runs(PAST_RUNS, { kind: 'run', ...(tide === undefined ? {} : { tide }) })
  return runs.flatMap(({ report }) => report ?? [])
}

/**
 * What is said, else the stores of the tide, else the only one that is configured. One that keeps snapshots takes the place of
 * the tide's; any other takes that of the tide's `to`, and the snapshots are kept besides.
 */
async function storesFor(rig: OpenRig, { to, tide }: TideWishes): Promise<TideStores> {
  const settings = tide === undefined ? undefined : rig.tide(tide)
  const kept = settings?.snapshots === undefined ? undefined : await keeping(rig, settings.snapshots)
  const said = to ?? settings?.to
  if (said === undefined) return kept === undefined ? onlyOne(rig) : { snapshots: kept }
  const store = await rig.store(said)
  if (keeps(rig, store)) return { snapshots: store }
  return kept === undefined ? { store } : { store, snapshots: kept }
}

/** Whether what goes into a store are the cuts themselves. */
function keeps({ backends }: OpenRig, { crane }: Store): boolean {
  return backends.some(({ snapshotters = [] }) => snapshotters.some((one) => one.keeps?.id === crane))
}

/** Rejects with `TIDE.SNAPSHOTS`. */
async function keeping(rig: OpenRig, text: string): Promise<Store> {
  const store = await rig.store(text)
  if (keeps(rig, store)) return store
  throw new SalvageError('TIDE.SNAPSHOTS', `${store.ref} keeps no snapshots`, {
    why: 'what goes there are copies',
    hint: 'write snapshots: csi: or csi:CLASS, and the other store under to:',
  })
}

async function onlyOne(rig: OpenRig): Promise<TideStores> {
  const [only, ...others] = rig.storeNames
  if (only !== undefined && others.length === 0) {
    const store = await rig.store(only)
    return keeps(rig, store) ? { snapshots: store } : { store }
  }
  throw new SalvageError('TIDE.NO_STORE', 'where to is not said', {
    why: only === undefined ? 'no store is configured' : `configured are ${rig.storeNames.join(', ')}`,
    hint: 'name the store with --to archive:DIR, --to restic:ADDRESS, --to csi: or a configured name, or in the tide',
  })
}
