import { formatDuration } from '../config/duration.ts'
import type { Finding } from '../finding.ts'

/** Text from elsewhere on one line, without anything that a terminal would obey. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
}

/** How long something took, as exactly as people want it: `340ms`, `1.4s`, `2m5s`, `3h12m`. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))}ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`
  const step = ms < 3_600_000 ? 1000 : 60_000
  return formatDuration(Math.round(ms / step) * step)
}

/** `1 target`, `3 targets`. */
export function count(number: number, thing: string): string {
  return `${String(number)} ${thing}${number === 1 ? '' : 's'}`
}

/** A finding on one line: what, why, and what to do next. */
export function formatFinding({ code, message, why, hint }: Finding): string {
  const parts = [`${message} [${code}]`]
  if (why !== undefined) parts.push(`why: ${why}`)
  if (hint !== undefined) parts.push(`next: ${hint}`)
  return oneLine(parts.join('; '))
}
