import type { RunEvent } from './event.ts'
import { REPORT_VERSION } from './report.ts'

/**
 * An event as one line of JSON without a newline at the end: `time` (ISO 8601 in UTC), `version` and `type` first, then
 * the members of the event as {@link RunEvent} has them. Members may be added within a version, none changes or goes.
 */
export function jsonLine(event: RunEvent, now: Date): string {
  const { type, ...members } = event
  return JSON.stringify({ time: now.toISOString(), version: REPORT_VERSION, type, ...members })
}
