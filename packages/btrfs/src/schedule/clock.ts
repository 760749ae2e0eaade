import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the scheduler knows of time. */
export interface SchedulerClock {
  /** The clock on the wall, which anybody may set. */
  now(): Date
  /** Since the machine was started, in milliseconds; sleep counts, and nobody can set it. */
  uptimeMs(): number
  /** Of this start of the machine; empty when that is not known. */
  bootId(): string
  /** Resolves after so long, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The machine's own. `os.uptime` is CLOCK_BOOTTIME. */
export const systemClock: SchedulerClock = {
  now: () => new Date(),
  uptimeMs: () => uptime() * 1000,
  bootId: () => {
    try {
      return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    } catch {
      return ''
    }
  },
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  },
}

/** A moment by both clocks. */
export interface Moment {
  readonly time: Date
  readonly uptimeMs: number
  readonly bootId: string
}

/** Now. */
export function momentOf(clock: SchedulerClock): Moment {
  return { time: clock.now(), uptimeMs: clock.uptimeMs(), bootId: clock.bootId() }
}

/**
 * Whether a moment is of this start of the machine, so that both uptimes can be compared. A container may count its own
 * uptime, and shows the machine's id all the same.
 */
export function isOfThisBoot(moment: Moment, now: Moment): boolean {
  return moment.bootId === now.bootId && moment.bootId !== '' && moment.uptimeMs <= now.uptimeMs
}

/**
 * The same moment as a start of the machine sees it that may be a later one: then only the wall clock tells how long ago
 * it was, and one that was set back makes it now.
 */
export function inThisBoot(moment: Moment, now: Moment): Moment {
  if (isOfThisBoot(moment, now)) return moment
  const elapsed = now.time.getTime() - moment.time.getTime()
  return elapsed < 0 ? now : { time: moment.time, uptimeMs: now.uptimeMs - elapsed, bootId: now.bootId }
}
