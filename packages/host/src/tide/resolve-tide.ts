import type { Grouping, HoldChoice, Store, TargetRef, Tide } from '@salvage-kit/core'
import type { TideSettings } from './merge-tides.ts'

/** How long workloads may be at rest when nobody says it: long enough for a large copy, not for ever. */
export const DEFAULT_MAX_HOLD_MS: number = 3_600_000
/** How many lifts of one group run at once when nobody says it. */
const DEFAULT_MAX_CONCURRENT = 4

/** What a command line says besides a tide; it goes before what the tide says. */
export interface TideOverrides {
  /** Not empty: only these, and the run is not one of the tide as a whole. */
  readonly targets: readonly TargetRef[]
  readonly grouping?: Grouping | undefined
  readonly maxHoldMs?: number | undefined
  readonly maxConcurrent?: number | undefined
  readonly hold?: HoldChoice | undefined
}

/** Where a tide brings its targets: into a store, into one that keeps their snapshots, or into both from one cut. */
export type TideStores =
  | { readonly store: Store; readonly snapshots?: undefined }
  | { readonly store?: Store; readonly snapshots: Store }

/** A tide as the planner takes it: what the command line says, else what the tide says, else the defaults. */
export function resolveTide(settings: TideSettings | undefined, stores: TideStores, overrides: TideOverrides): Tide {
  const whole = settings !== undefined && overrides.targets.length === 0
  const keep = settings?.keep
  const hold = overrides.hold ?? settings?.hold
  return {
    ...(whole ? { name: settings.name } : {}),
    targets: whole ? settings.targets : overrides.targets,
    grouping: overrides.grouping ?? settings?.grouping ?? 'smart',
    ...stores,
    maxHoldMs: overrides.maxHoldMs ?? settings?.maxHoldMs ?? DEFAULT_MAX_HOLD_MS,
    maxConcurrent: overrides.maxConcurrent ?? settings?.maxConcurrent ?? DEFAULT_MAX_CONCURRENT,
    ...(keep === undefined ? {} : { keep }),
    ...(hold === undefined ? {} : { hold }),
  }
}
