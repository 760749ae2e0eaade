import type { Finding } from '@salvage-kit/core'
import { pauseJob, resumeJob, scheduleJob, unscheduleJob } from './change-schedule.ts'
import type { JobName } from './change-schedule.ts'

/**
 * What buttervolume's `schedule ACTION TIMER NAME` means: minutes schedule, `0` and `delete` take off, `pause` and `resume`
 * do it to this job. Taking off or pausing what is not there is no failure, as there. Throws as {@link scheduleJob}.
 */
export function applySchedule(path: string, job: JobName & { readonly timer: string | number }): readonly Finding[] {
  const timer = String(job.timer).trim()
  const change = CHANGES.get(timer)
  if (change === undefined) return scheduleJob(path, { ...job, minutes: timer })
  change(path, job)
  return []
}

const CHANGES: ReadonlyMap<string, (path: string, job: JobName) => boolean> = new Map([
  ['0', unscheduleJob],
  ['delete', unscheduleJob],
  ['pause', pauseJob],
  ['resume', resumeJob],
])
