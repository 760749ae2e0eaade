import type { Labels } from './keys.ts'
import type { TideReport } from './root-labels.ts'

const ADDRESSES = {
  'report.tide.success': 'tideSuccess',
  'report.tide.failure': 'tideFailure',
  'report.volume.success': 'volumeSuccess',
  'report.volume.failure': 'volumeFailure',
  heartbeat: 'heartbeat',
} as const

/** The settings of a tide that say where it reports to. */
export const REPORT_SETTINGS: readonly string[] = ['report.method', ...Object.keys(ADDRESSES)]

type Wrong = (setting: string, message: string, hint: string) => unknown

/** Reads where a tide reports to; a wrong address is left out, whatever else the tide says. */
export function readReport(settings: Labels, wrong: Wrong): TideReport {
  const asked = settings['report.method']?.toUpperCase() ?? 'POST'
  const method = asked === 'GET' ? 'GET' : 'POST'
  if (asked !== method)
    wrong('report.method', `${JSON.stringify(settings['report.method'])} is no method`, 'write POST or GET')
  const report: { method: TideReport['method'] } & Partial<Record<(typeof ADDRESSES)[keyof typeof ADDRESSES], string>> =
    {
      method,
    }
  for (const [setting, member] of Object.entries(ADDRESSES)) {
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
