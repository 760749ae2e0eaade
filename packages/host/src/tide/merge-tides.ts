import type { Finding, Grouping, HoldChoice, KeepRules, TargetRef } from '@salvage-kit/core'
import type { Schedule } from '../schedule/timetable.ts'

/** What one place says of a tide; everything may be absent but the place itself. */
export interface TideSource extends Omit<Schedule, 'cron'> {
  readonly name: string
  readonly cron?: string | undefined
  readonly grouping?: Grouping | undefined
  /** A store as a person writes it: a name, `archive:DIR`, `crane:NAME`. */
  readonly to?: string | undefined
  /** A store that keeps the cuts themselves, as a person writes it: `csi:`, `csi:CLASS`. */
  readonly snapshots?: string | undefined
  readonly targets?: readonly TargetRef[] | undefined
  readonly keep?: KeepRules | undefined
  readonly maxHoldMs?: number | undefined
  readonly maxConcurrent?: number | undefined
  readonly hold?: HoldChoice | undefined
  readonly healthTimeoutMs?: number | undefined
  /** Where the tide, or one of its settings, is said: `salvage-kit.yaml:12`, a label of a container. */
  readonly placeOf: (setting?: Setting) => string
}

/** A setting that may be said once only. */
export type Setting = Exclude<keyof TideSource, 'name' | 'targets' | 'placeOf'>

/** Each with the word that configuration and labels have for it. */
export const SETTING_WORDS: Readonly<Record<Setting, string>> = {
  cron: 'cron',
  timeZone: 'timeZone',
  jitterMs: 'jitter',
  blackout: 'blackout',
  catchUp: 'catchUp',
  grouping: 'grouping',
  to: 'to',
  snapshots: 'snapshots',
  keep: 'keep',
  maxHoldMs: 'maxHold',
  maxConcurrent: 'maxConcurrent',
  hold: 'hold',
  healthTimeoutMs: 'healthTimeout',
}

const SETTINGS = Object.keys(SETTING_WORDS).filter((key): key is Setting => Object.hasOwn(SETTING_WORDS, key))

/** A tide with what all places together say of it; what nobody says is absent. */
export type TideSettings = Omit<TideSource, 'targets'> & { readonly targets: readonly TargetRef[] }

/** All tides, and those that two places say different things of. */
export interface MergedTides {
  readonly tides: ReadonlyMap<string, TideSettings>
  /** `TIDE.CONFLICT`, which names both places. The tide must not be run. */
  readonly problems: readonly (Finding & { readonly tide: string })[]
}

/**
 * Joins what configuration and labels say of the same tides. Targets add up; every other setting may be said in both
 * places only when both say the same.
 */
export function mergeTides(sources: readonly TideSource[]): MergedTides {
  const tides = new Map<string, TideSettings>()
  const problems: (Finding & { tide: string })[] = []
  for (const source of sources) {
    const known = tides.get(source.name)
    if (known === undefined) {
      tides.set(source.name, { ...source, targets: source.targets ?? [] })
      continue
    }
    problems.push(...conflicts(known, source))
    tides.set(source.name, join(known, source))
  }
  return { tides, problems }
}

function join(a: TideSettings, b: TideSource): TideSettings {
  return {
    name: a.name,
    cron: a.cron ?? b.cron,
    timeZone: a.timeZone ?? b.timeZone,
    jitterMs: a.jitterMs ?? b.jitterMs,
    blackout: a.blackout ?? b.blackout,
    catchUp: a.catchUp ?? b.catchUp,
    grouping: a.grouping ?? b.grouping,
    to: a.to ?? b.to,
    snapshots: a.snapshots ?? b.snapshots,
    keep: a.keep ?? b.keep,
    maxHoldMs: a.maxHoldMs ?? b.maxHoldMs,
    maxConcurrent: a.maxConcurrent ?? b.maxConcurrent,
    hold: a.hold ?? b.hold,
    healthTimeoutMs: a.healthTimeoutMs ?? b.healthTimeoutMs,
    targets: [...new Set([...a.targets, ...(b.targets ?? [])])],
    placeOf: (setting) => (setting !== undefined && a[setting] === undefined ? b : a).placeOf(setting),
  }
}

function conflicts(a: TideSettings, b: TideSource): readonly (Finding & { tide: string })[] {
  return SETTINGS.filter((setting) => {
    if (a[setting] === undefined || b[setting] === undefined) return false
    return JSON.stringify(a[setting]) !== JSON.stringify(b[setting])
  }).map((setting) => {
    const say = ({ placeOf, [setting]: value }: TideSource): string =>
      `${placeOf(setting)} says ${JSON.stringify(value)}`
    return {
      code: 'TIDE.CONFLICT',
      message: `tide ${a.name}: two places disagree on ${SETTING_WORDS[setting]}`,
      why: `${say(a)}, ${say(b)}`,
      hint: 'say it in one place only',
      tide: a.name,
    }
  })
}
