import type { Finding } from '@salvage-kit/core'
import type { ScheduleReporter } from './event.ts'

/** Tells findings that may last, once. */
export interface ToldOnce {
  /** Tells these. */
  add(findings: readonly Finding[]): void
  /** Tells those of these that were not there the last time; one that comes back is told again. */
  only(findings: readonly Finding[]): void
}

/** Makes one. */
export function toldOnce(tell: ScheduleReporter): ToldOnce {
  let last: ReadonlySet<string> = new Set()
  const add = (findings: readonly Finding[]): void => {
    for (const finding of findings) tell({ type: 'schedule.finding', finding })
  }
  return {
    add,
    only: (findings) => {
      add(findings.filter((finding) => !last.has(JSON.stringify(finding))))
      last = new Set(findings.map((finding) => JSON.stringify(finding)))
    },
  }
}
