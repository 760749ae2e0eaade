import type { Finding } from '@salvage-kit/core'
import type { Moment } from './clock.ts'

/** How far the wall clock may run ahead of the other one, and how long a clock that did is not believed. */
const DAY_MS = 86_400_000

/** A machine that was off for longer may as well have a wrong clock. */
const YEAR_MS = 366 * DAY_MS

/** Where the wall clock stood against the other one. */
export interface ClockOffset {
  readonly bootId: string
  readonly ms: number
}

/** What an earlier process knew of the clock. */
export interface ClockBefore {
  readonly offset?: ClockOffset
  /** When something ran last. */
  readonly lastSeen?: Date
}

/** Whether the wall clock can be believed. */
export interface ClockWatch {
  /** Of the clock that is believed; to be kept over a restart. */
  readonly offset: ClockOffset
  /** Looks at the clock. A finding (`SCHEDULE.CLOCK`) when it just jumped. */
  look(now: Moment): { readonly isTrusted: boolean; readonly finding?: Finding }
}

/**
 * A clock that jumps ahead by more than a day is believed when it has stood there for a day. Steps back are believed. When
 * the machine was started since, nothing else tells how long it was off: a year is taken for a jump.
 */
export function watchClock(now: Moment, { offset: before, lastSeen }: ClockBefore = {}): ClockWatch {
  let offset = before?.bootId === now.bootId ? before : offsetAtStart(now, lastSeen)
  let since: number | undefined
  return {
    get offset(): ClockOffset {
      return offset
    },
    look: (moment) => {
      const seen = offsetOf(moment)
      const ahead = seen.ms - offset.ms
      if (ahead <= DAY_MS || moment.uptimeMs - (since ?? moment.uptimeMs) >= DAY_MS) {
        offset = seen
        since = undefined
        return { isTrusted: true }
      }
      const isNew = since === undefined
      since ??= moment.uptimeMs
      return isNew ? { isTrusted: false, finding: jumped(moment.time) } : { isTrusted: false }
    },
  }
}

function offsetAtStart(now: Moment, lastSeen: Date | undefined): ClockOffset {
  const isJump = lastSeen !== undefined && now.time.getTime() - lastSeen.getTime() > YEAR_MS
  return offsetOf(isJump ? { ...now, time: lastSeen } : now)
}

function offsetOf({ time, uptimeMs, bootId }: Moment): ClockOffset {
  return { bootId, ms: time.getTime() - uptimeMs }
}

function jumped(time: Date): Finding {
  return {
    code: 'SCHEDULE.CLOCK',
    message: `the clock jumped ahead to ${time.toISOString()}`,
    why: 'by a wrong clock every snapshot is old',
    hint: 'nothing is purged by the schedule until the clock is set right, or has stood there for a day',
  }
}
