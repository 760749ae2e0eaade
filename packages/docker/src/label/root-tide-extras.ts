import { isSalvageError, keepRules, parseDuration } from '@salvage-kit/core'
import type { HoldChoice, KeepRules } from '@salvage-kit/core'
import type { Labels } from './keys.ts'

/** What labels may say of a tide besides what the original reads. Zone and windows are text: who has schedules reads them. */
export interface TideExtras {
  readonly timeZone?: string
  readonly jitterMs?: number
  readonly blackout?: readonly string[]
  readonly catchUp?: boolean
  readonly hold?: HoldChoice
  readonly maxHoldMs?: number
  readonly healthTimeoutMs?: number
  readonly keep?: KeepRules
}

/** Tells what is wrong with a setting. */
export type Wrong = (setting: string, message: string, hint: string | undefined, why?: string) => undefined

const KEEP = 'keep.'
const PERIODS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'within'] as const
const HOLDS: readonly HoldChoice[] = ['auto', 'snapshot', 'warm', 'copy']

/** The settings that {@link readExtras} reads. */
export const EXTRA_SETTINGS: readonly string[] = [
  'timeZone',
  'jitter',
  'blackout',
  'catchUp',
  'hold',
  'maxHold',
  'healthTimeout',
  ...PERIODS.map((period) => `${KEEP}${period}`),
]

/** Reads `timeZone`, `jitter`, `blackout` (several windows with `;` between them), `catchUp`, `hold`, `maxHold`, `healthTimeout`, `keep.…`. */
export function readExtras(settings: Labels, wrong: Wrong): TideExtras {
  const duration = (setting: string): number | undefined => durationOf(setting, settings[setting], wrong)
  const timeZone = settings['timeZone']?.trim()
  const jitterMs = duration('jitter')
  const blackout = settings['blackout']
    ?.split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
  const catchUp = oneOf('catchUp', settings['catchUp'], ['true', 'false'], wrong)
  const hold = oneOf('hold', settings['hold'], HOLDS, wrong)
  const maxHoldMs = duration('maxHold')
  const healthTimeoutMs = duration('healthTimeout')
  const keep = keepOf(settings, wrong)
  return {
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(jitterMs === undefined ? {} : { jitterMs }),
    ...(blackout === undefined ? {} : { blackout }),
    ...(catchUp === undefined ? {} : { catchUp: catchUp === 'true' }),
    ...(hold === undefined ? {} : { hold }),
    ...(maxHoldMs === undefined ? {} : { maxHoldMs }),
    ...(healthTimeoutMs === undefined ? {} : { healthTimeoutMs }),
    ...(keep === undefined ? {} : { keep }),
  }
}

function durationOf(setting: string, text: string | undefined, wrong: Wrong): number | undefined {
  if (text === undefined) return undefined
  try {
    const ms = parseDuration(text)
    return ms > 0 ? ms : wrong(setting, `${JSON.stringify(text)} is no time at all`, 'write it like 30m')
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return wrong(setting, error.message, error.hint)
  }
}

function oneOf<T extends string>(
  setting: string,
  text: string | undefined,
  choices: readonly T[],
  wrong: Wrong,
): T | undefined {
  if (text === undefined) return undefined
  const found = choices.find((choice) => choice === text.trim())
  return found ?? wrong(setting, `${JSON.stringify(text)} is none of its values`, `write ${choices.join(' or ')}`)
}

function keepOf(settings: Labels, wrong: Wrong): KeepRules | undefined {
  const said = PERIODS.flatMap((period) => {
    const text = settings[`${KEEP}${period}`]?.trim()
    return text === undefined ? [] : [[period, period === 'within' ? text : /^\d+$/.test(text) ? Number(text) : text]]
  })
  if (said.length === 0) return undefined
  const read = keepRules.safeParse(Object.fromEntries(said))
  if (read.success) return read.data
  for (const { path, message } of read.error.issues)
    wrong(`${KEEP}${path.join('.')}`, message, 'write 1 or more, and for within a span of time such as 30d')
  return undefined
}
