import { didYouMean } from '@salvage-kit/core'
import type { Grouping } from '@salvage-kit/core'
import type { Labels } from './keys.ts'
import type { LabelTide, Reading, RootProblem } from './root-labels.ts'
import { positive } from './positive.ts'
import { readReport, REPORT_SETTINGS } from './root-report.ts'
import { EXTRA_SETTINGS, readExtras } from './root-tide-extras.ts'
import type { Wrong } from './root-tide-extras.ts'

const GROUPINGS: readonly Grouping[] = ['individual', 'smart', 'project']
const SETTINGS = ['cron', 'grouping', 'crane', 'maxConcurrent', ...EXTRA_SETTINGS, ...REPORT_SETTINGS]

/** Reads one tide. A wrong setting leaves the tide out; an unknown one is a warning. Codes: `LABEL.TIDE`, `LABEL.UNKNOWN`. */
export function readTide(
  name: string,
  settings: Labels,
  place: (setting: string) => string,
  names: readonly string[],
): Reading<LabelTide> {
  const problems: RootProblem[] = []
  const wrong = (setting: string, message: string, hint: string | undefined, why?: string): undefined => {
    const more = { ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }
    problems.push({ code: 'LABEL.TIDE', message: `${place(setting)}: ${message}`, ...more, tide: name })
    return undefined
  }
  const required = (setting: string, hint: string): string | undefined => {
    const value = settings[setting]?.trim()
    if (value !== undefined && value !== '') return value
    const others = names.filter((other) => other !== name)
    return wrong(setting, `tide ${name} has no ${setting}`, hint, typo(name, others))
  }

  const cron = required('cron', 'give it a schedule, like "0 3 * * *"')
  const grouping = groupingOf(settings, required, wrong)
  const crane = required('crane', 'name a crane, as in salvage.cranes.NAME.image')
  const maxConcurrent = positive(settings['maxConcurrent'], (why) => wrong('maxConcurrent', why, 'write 1 or more'))
  const extras = readExtras(settings, wrong)
  const report = readReport(settings, wrong)
  const unknown = Object.keys(settings)
    .filter((setting) => !SETTINGS.includes(setting))
    .map((setting) => ({
      code: 'LABEL.UNKNOWN',
      message: `${place(setting)}: it means nothing`,
      hint: didYouMean(setting, SETTINGS) ?? `the settings of a tide are ${SETTINGS.join(', ')}`,
    }))
  if (cron === undefined || grouping === undefined || crane === undefined || problems.length > 0)
    return { problems: [...problems, ...unknown] }
  const value = {
    name,
    cron,
    grouping,
    crane,
    ...(maxConcurrent === undefined ? {} : { maxConcurrent }),
    ...extras,
    report,
  }
  return { value, problems: unknown }
}

function groupingOf(
  settings: Labels,
  required: (setting: string, hint: string) => string | undefined,
  wrong: Wrong,
): Grouping | undefined {
  const text = required('grouping', `write one of ${GROUPINGS.join(', ')}`)
  if (text === undefined) return undefined
  return (
    GROUPINGS.find((one) => one === settings['grouping']) ??
    wrong(
      'grouping',
      `${JSON.stringify(settings['grouping'])} is no grouping`,
      didYouMean(text, GROUPINGS),
      `they are ${GROUPINGS.join(', ')}`,
    )
  )
}

function typo(name: string, others: readonly string[]): string | undefined {
  const near = didYouMean(name, others)
  return near === undefined ? undefined : `perhaps the name of the tide is misspelt: ${near}`
}
