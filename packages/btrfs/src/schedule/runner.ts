import { findingOf } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { attempt } from './attempt.ts'
import { momentOf } from './clock.ts'
import type { Moment, SchedulerClock } from './clock.ts'
import type { ScheduleReporter } from './event.ts'
import type { ScheduleJobs } from './jobs.ts'
import { createLane } from './lane.ts'
import type { Lane } from './lane.ts'
import type { Memory } from './memory.ts'
import { jobKey } from './schedule-file.ts'
import type { ScheduledJob } from './schedule-file.ts'

/** What {@link createRunner} takes. */
export interface RunnerOptions extends CallOptions {
  readonly jobs: ScheduleJobs
  readonly memory: Memory
  readonly tell: ScheduleReporter
  readonly clock: SchedulerClock
  /** Called when the memory has news. */
  readonly saved: () => void
}

/** Runs jobs beside each other. */
export interface Runner {
  /** Begins a job, unless it runs already. */
  start(job: ScheduledJob): void
  /** Resolves when nothing runs. */
  ended(): Promise<void>
}

/** After its first failure, in milliseconds; twice as long after each further one, but not longer than until it would be due anyway. */
const FIRST_PAUSE_MS = 60_000

/** So many snapshots and purges run at a time, and so many transfers with one host. */
const WIDTH = 4

/** How a job has failed since it last succeeded. */
interface Failures {
  readonly count: number
  readonly reason: string
  /** Not begun before, by the clock that nobody can set. */
  readonly restsUntilMs: number
}

/** Makes a runner. */
export function createRunner({ jobs, memory, tell, clock, signal, saved }: RunnerOptions): Runner {
  const running = new Map<string, Promise<void>>()
  const failures = new Map<string, Failures>()
  const lanes = new Map<string, Lane>()
  const lane = (name: string, width: number): Lane => {
    const known = lanes.get(name) ?? createLane(width)
    lanes.set(name, known)
    return known
  }

  /** Short work of one volume takes turns; transfers wait for nobody but others with the same host. */
  function inLane(job: ScheduledJob, work: () => Promise<void>): Promise<void> {
    if (job.action.kind === 'replicate' || job.action.kind === 'synchronize') return lane(job.text, WIDTH)(work)
    return lane(`of ${job.volume}`, 1)(() => lane('short', WIDTH)(work))
  }

  async function act(job: ScheduledJob): Promise<Moment> {
    const began = momentOf(clock)
    const { volume, action } = job
    switch (action.kind) {
      case 'snapshot':
        await jobs.snapshot(volume, { signal })
        return began
      case 'purge':
        await jobs.purge(volume, action.pattern.text, { signal })
        return began
      case 'synchronize':
        await jobs.synchronize(volume, action.hosts, { signal })
        return began
      case 'replicate':
        return replicate(job, action.host, began)
    }
  }

  /** Resolves with the time of what was sent: after one that waited for long, the next one is due at once. */
  async function replicate(job: ScheduledJob, host: string, began: Moment): Promise<Moment> {
    const { last, waiting } = memory.of(job, began)
    let sent = waiting?.taken ?? began
    const taken = (snapshot: string): void => {
      sent = began
      memory.set(job, { last, waiting: { snapshot, taken: began } })
      saved()
    }
    await jobs.replicate(job.volume, host, {
      signal,
      taken,
      ...(waiting === undefined ? {} : { waiting: waiting.snapshot }),
    })
    return sent
  }

  async function run(job: ScheduledJob, key: string): Promise<void> {
    if (signal.aborted) return
    const { volume, text } = job
    tell({ type: 'schedule.started', volume, action: text })
    const failed = failures.get(key)
    try {
      const last = await attempt(() => act(job), clock, signal)
      memory.set(job, { last })
      saved()
      failures.delete(key)
      tell({ type: 'schedule.succeeded', volume, action: text, failures: failed?.count ?? 0 })
    } catch (error) {
      if (signal.aborted) return
      const finding = findingOf(error)
      const reason = `${finding.code} ${finding.message}`
      const count = (failed?.count ?? 0) + 1
      failures.set(key, { count, reason, restsUntilMs: clock.uptimeMs() + restMs(job, count) })
      tell({ type: 'schedule.failed', volume, action: text, finding, isRepeated: failed?.reason === reason })
    }
  }

  return {
    start: (job) => {
      const key = jobKey(job)
      if (running.has(key) || clock.uptimeMs() < (failures.get(key)?.restsUntilMs ?? 0)) return
      const done = inLane(job, () => run(job, key)).finally(() => running.delete(key))
      running.set(key, done)
    },
    ended: async () => {
      await Promise.all(running.values())
    },
  }
}

/** Each attempt to synchronise takes a snapshot: at every tick, those would fill the disk while a host is away. */
function restMs({ action, minutes }: ScheduledJob, failures: number): number {
  if (action.kind !== 'synchronize') return 0
  // A little less, as ticks come a little early.
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), minutes * 60_000) - FIRST_PAUSE_MS / 2
}
