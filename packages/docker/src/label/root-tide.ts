import { didYouMean } from '@salvage-kit/core'
import type { Grouping } from '@salvage-kit/core'
import type { Labels } from './keys.ts'
import type { LabelTide, Reading, RootProblem, TideReport } from './root-labels.ts'
import { positive } from './positive.ts'

const GROUPINGS: readonly Grouping[] = ['individual', 'smart', 'project']
const REPORTS = {
  'report.tide.success': 'tideSuccess',
  'report.tide.failure': 'tideFailure',
  'report.volume.success': 'volumeSuccess',
  'report.volume.failure': 'volumeFailure',
} as const
const SETTINGS = ['cron', 'grouping', 'crane', 'maxConcurrent', 'report.method', ...Object.keys(REPORTS)]

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
  const report = reportOf(settings, wrong)
  const unknown = Object.keys(settings)
    .filter((setting) => !SETTINGS.includes(setting))
    .map((setting) => ({
      code: 'LABEL.UNKNOWN',
      message: `${place(setting)}: it means nothing`,
      hint: didYouMean(setting, SETTINGS) ?? `the settings of a tide are ${SETTINGS.join(', ')}`,
    }))
  if (cron === undefined || grouping === undefined || crane === undefined || problems.length > 0)
    return { problems: [...problems, ...unknown] }
  const value = { name, cron, grouping, crane, ...(maxConcurrent === undefined ? {} : { maxConcurrent }), report }
  return { value, problems: unknown }
}

type Wrong = (setting: string, message: string, hint: string | undefined, why?: string) => undefined

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

function reportOf(settings: Labels, wrong: Wrong): TideReport {
  const asked = settings['report.method']?.toUpperCase() ?? 'POST'
  const method = asked === 'GET' ? 'GET' : 'POST'
  if (asked !== method)
    wrong('report.method', `${JSON.stringify(settings['report.method'])} is no method`, 'write POST or GET')
  const report: { method: TideReport['method'] } & Partial<Record<(typeof REPORTS)[keyof typeof REPORTS], string>> = {
    method,
  }
  for (const [setting, member] of Object.entries(REPORTS)) {
    const url = settings[setting]
    if (url === undefined) continue
    // The address itself is not repeated: its path or query is often a secret.
    if (isWebAddress(url)) report[member] = url
    else wrong(setting, 'it is no web address', 'write it like https://example.org/hook')
  }
  return report
}

function isWebAddress(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
}

function typo(name: string, others: readonly string[]): string | undefined {
  const near = didYouMean(name, others)
  return near === undefined ? undefined : `perhaps the name of the tide is misspelt: ${near}`
}
