import type { Finding } from '@salvage-kit/core'
import type { LabelTide } from '@salvage-kit/docker'
import { blackoutFault } from '../schedule/blackout.ts'
import { cronFault } from '../schedule/cron.ts'
import type { Fault } from '../schedule/cron.ts'
import { timeZoneFault } from '../schedule/time-zone.ts'
import { SETTING_WORDS } from './merge-tides.ts'
import type { Setting, TideSource } from './merge-tides.ts'

/** The tides of the root container's labels, and those whose schedule is rubbish, which are left out. */
export interface LabelTides {
  readonly tides: readonly TideSource[]
  readonly problems: readonly (Finding & { readonly tide: string })[]
}

/** Takes over what the labels of a container say of tides; checks their schedules, which the labels leave as text. */
export function labelTides(tides: readonly LabelTide[], container: string, now: Date): LabelTides {
  const good: TideSource[] = []
  const problems: (Finding & { tide: string })[] = []
  for (const { cron, crane, report: _report, ...tide } of tides) {
    const { name } = tide
    const placeOf = (setting?: Setting): string => placeOfLabel(container, name, setting)
    const faults = faultsOf({ cron, ...tide }, now)
    for (const { setting, text, what, code, why, hint } of faults)
      problems.push({
        code,
        message: `${placeOf(setting)}: ${JSON.stringify(text)} is not a ${what}`,
        why,
        hint,
        tide: name,
      })
    if (faults.length === 0) good.push({ ...tide, cron: cron.trim(), to: `crane:${crane}`, placeOf })
  }
  return { tides: good, problems }
}

interface SettingFault extends Fault {
  readonly setting: Setting
  readonly text: string
  readonly what: string
  readonly code: string
}

function faultsOf(tide: Pick<LabelTide, 'cron' | 'timeZone' | 'blackout'>, now: Date): readonly SettingFault[] {
  const { cron, timeZone, blackout } = tide
  const faults: SettingFault[] = []
  const cronIs = cronFault(cron, now)
  if (cronIs !== undefined) faults.push({ setting: 'cron', text: cron, what: 'schedule', code: 'TIDE.CRON', ...cronIs })
  const zoneIs = timeZone === undefined ? undefined : timeZoneFault(timeZone)
  if (zoneIs !== undefined && timeZone !== undefined)
    faults.push({ setting: 'timeZone', text: timeZone, what: 'time zone', code: 'TIDE.TIME_ZONE', ...zoneIs })
  const darkIs = blackout === undefined ? undefined : blackoutFault(blackout)
  if (darkIs !== undefined) faults.push({ setting: 'blackout', what: 'blackout', code: 'TIDE.BLACKOUT', ...darkIs })
  return faults
}

function placeOfLabel(container: string, name: string, setting: Setting | undefined): string {
  const label = setting === undefined ? '' : `.${setting === 'to' ? 'crane' : SETTING_WORDS[setting]}`
  return `container ${container}, label salvage.tides.${name}${label}`
}
