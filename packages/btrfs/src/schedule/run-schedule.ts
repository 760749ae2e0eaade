import { findingOf } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { watchClock } from './clock-watch.ts'
import { momentOf, systemClock } from './clock.ts'
import type { Moment, SchedulerClock } from './clock.ts'
import type { ScheduleReporter } from './event.ts'
import type { ScheduleJobs } from './jobs.ts'
import { openMemory } from './memory.ts'
import type { Memory } from './memory.ts'
import { readSchedule } from './read-schedule.ts'
import { createRunner } from './runner.ts'
import type { ScheduledJob } from './schedule-file.ts'
import { takeMemory, takeSchedule } from './take-locks.ts'
import { toldOnce } from './told-once.ts'

/** What {@link runSchedule} takes. */
export interface RunScheduleOptions extends CallOptions {
  readonly settings: Pick<BtrfsSettings, 'schedulePath' | 'tickMs'>
  readonly jobs: ScheduleJobs
  /** The file that remembers when each job ran. */
  readonly statePath: string
  readonly tell: ScheduleReporter
  readonly clock?: SchedulerClock
  /** Called once, when this process is the one that runs it. Must not throw. */
  readonly onStarted?: () => void
}

/**
 * Runs the schedule until the signal aborts, then resolves as soon as what runs has ended. The file is read at each tick,
 * the first of which is now. A job is due when its minutes have passed since it last succeeded, by a clock that nobody can
 * set; the file at `statePath` remembers that over restarts. What was missed is made up for by one run. No job waits for
 * one of another volume or host, and none overlaps itself; one that fails is told and tried again at the next tick,
 * a synchronization ever more rarely.
 * Rejects with `SCHEDULE.RUNNING` when another process runs it, whatever its state directory, with `SCHEDULE.MEMORY` when that file cannot be used.
 */
export async function runSchedule({
  settings: { schedulePath, tickMs },
  jobs,
  statePath,
  tell,
  signal,
  clock = systemClock,
  onStarted,
}: RunScheduleOptions): Promise<void> {
  signal.throwIfAborted()
  using _own = takeMemory(statePath)
  using _shared = takeSchedule(schedulePath, statePath)
  onStarted?.()
  const { memory, finding } = openMemory(statePath, momentOf(clock))
  const once = toldOnce(tell)
  const watch = watchClock(momentOf(clock), memory.clock)
  const save = (): readonly Finding[] => {
    const unwritten = memory.save(watch.offset)
    return unwritten === undefined ? [] : [unwritten]
  }
  // Jobs often end together: then one write is enough.
  let writing: NodeJS.Immediate | undefined
  const saved = (): void => {
    clearImmediate(writing)
    writing = setImmediate(save)
  }
  const runner = createRunner({ jobs, memory, tell, clock, signal, saved })
  once.add(finding === undefined ? [] : [finding])
  let isPaused = false
  for (let next = clock.uptimeMs() + tickMs; !signal.aborted; next = nextTick(next, tickMs, clock)) {
    const now = momentOf(clock)
    const { isTrusted, finding: jump } = watch.look(now)
    once.add(jump === undefined ? [] : [jump])
    const schedule = await readSchedule(schedulePath).catch((error: unknown) => findingOf(error))
    once.only('code' in schedule ? [schedule] : [...schedule.findings, ...save()])
    if (!('code' in schedule)) {
      if (schedule.isPaused !== isPaused) tell({ type: 'schedule.paused', isPaused: schedule.isPaused })
      isPaused = schedule.isPaused
      const active = schedule.jobs.filter((job) => job.isActive && (isTrusted || job.action.kind !== 'purge'))
      if (!isPaused) for (const job of active) if (isDue(job, memory, now, tickMs)) runner.start(job)
    }
    await clock.sleep(Math.max(0, next - clock.uptimeMs()), signal)
  }
  await runner.ended()
  clearImmediate(writing)
  save()
}

/** Half a tick too early is near enough: else a job of one tick would run at every second one. */
function isDue(job: ScheduledJob, memory: Memory, now: Moment, tickMs: number): boolean {
  const period = job.minutes * 60_000
  const elapsed = now.uptimeMs - memory.of(job, now).last.uptimeMs
  return elapsed >= period - Math.min(period, tickMs) / 2
}

/** After a sleep of the machine the ticks begin anew. */
function nextTick(last: number, tickMs: number, clock: SchedulerClock): number {
  const now = clock.uptimeMs()
  return last + tickMs > now ? last + tickMs : now + tickMs
}
