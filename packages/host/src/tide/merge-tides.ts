import { SalvageError } from '@salvage-kit/core'
import type { Grouping, KeepRules, TargetRef } from '@salvage-kit/core'

/** What one place says of a tide; everything may be absent but the place itself. */
export interface TideSource {
  readonly name: string
  readonly cron?: string | undefined
  readonly grouping?: Grouping | undefined
  /** A store as a person writes it: a name, `archive:DIR`, `crane:NAME`. */
  readonly to?: string | undefined
  readonly targets?: readonly TargetRef[] | undefined
  readonly keep?: KeepRules | undefined
  readonly maxHoldMs?: number | undefined
  readonly maxConcurrent?: number | undefined
  /** Where the tide, or one of its settings, is said: `salvage-kit.yaml:12`, a label of a container. */
  readonly placeOf: (setting?: Setting) => string
}

/** A setting that may be said once only. */
export type Setting = 'cron' | 'grouping' | 'to' | 'keep' | 'maxHoldMs' | 'maxConcurrent'

const SETTINGS: readonly Setting[] = ['cron', 'grouping', 'to', 'keep', 'maxHoldMs', 'maxConcurrent']

/** A tide with what all places together say of it; what nobody says is absent. */
export type TideSettings = Omit<TideSource, 'targets'> & { readonly targets: readonly TargetRef[] }

/**
 * Joins what configuration and labels say of the same tides. Targets add up; every other setting may be said in both
 * places only when both say the same. Throws `TIDE.CONFLICT`, which names both places.
 */
export function mergeTides(sources: readonly TideSource[]): ReadonlyMap<string, TideSettings> {
  const tides = new Map<string, TideSettings>()
  for (const source of sources) {
    const known = tides.get(source.name)
    tides.set(source.name, known === undefined ? { ...source, targets: source.targets ?? [] } : join(known, source))
  }
  return tides
}

function join(a: TideSettings, b: TideSource): TideSettings {
  for (const setting of SETTINGS) {
    if (a[setting] === undefined || b[setting] === undefined) continue
    if (JSON.stringify(a[setting]) !== JSON.stringify(b[setting])) throw conflict(a, b, setting)
  }
  return {
    name: a.name,
    cron: a.cron ?? b.cron,
    grouping: a.grouping ?? b.grouping,
    to: a.to ?? b.to,
    keep: a.keep ?? b.keep,
    maxHoldMs: a.maxHoldMs ?? b.maxHoldMs,
    maxConcurrent: a.maxConcurrent ?? b.maxConcurrent,
    targets: [...new Set([...a.targets, ...(b.targets ?? [])])],
    placeOf: (setting) => (setting !== undefined && a[setting] === undefined ? b : a).placeOf(setting),
  }
}

function conflict(a: TideSettings, b: TideSource, setting: Setting): SalvageError {
  const say = ({ placeOf, [setting]: value }: TideSource): string => `${placeOf(setting)} says ${JSON.stringify(value)}`
  const word = setting === 'maxHoldMs' ? 'maxHold' : setting
  return new SalvageError('TIDE.CONFLICT', `tide ${a.name}: two places disagree on ${word}`, {
    why: `${say(a)}, ${say(b)}`,
    hint: 'say it in one place only',
  })
}
