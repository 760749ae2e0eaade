import { blackout } from './blackout.ts'
import { cronTimes } from './cron.ts'
import { jitter } from './jitter.ts'
import type { JitterOf } from './jitter.ts'

/** When a tide is due. */
export interface Schedule {
  readonly cron: string
  /** Default: that of the process. */
  readonly timeZone?: string | undefined
  readonly jitterMs?: number | undefined
  readonly blackout?: readonly string[] | undefined
  /** Whether a run that was missed is made good once; default: true. */
  readonly catchUp?: boolean | undefined
}

/** A time of the schedule and the moment from which its run may begin: later by the jitter, which never reaches the next time, and after any blackout. */
export interface Due {
  readonly nominal: Date
  readonly start: Date
}

/** The runs of one tide. */
export interface Timetable {
  readonly catchUp: boolean
  /** The first nominal time after this one. Undefined when there is none any more. */
  next(after: Date): Due | undefined
  /** The last nominal time after `after` whose run may have begun by `now`; all before it are covered by its run. */
  newest(after: Date, now: Date): Due | undefined
}

/** The timetable of a schedule whose texts are known to be right. Pure: it knows no time but what it is told. */
export function timetable(schedule: Schedule, whose: JitterOf): Timetable {
  const { cron, timeZone, jitterMs = 0, blackout: windows = [], catchUp = true } = schedule
  const times = cronTimes(cron, timeZone)
  const dark = windows.length === 0 ? undefined : blackout(windows, timeZone)
  const clear = (time: Date): Date => dark?.clear(time) ?? time
  const due = (nominal: Date): Due => {
    // Not all that wait for the same end of a blackout begin at once.
    const late = jitterMs === 0 ? 0 : jitter(whose, nominal, Math.min(jitterMs, gapAfter(nominal)))
    return { nominal, start: clear(new Date(clear(nominal).getTime() + late)) }
  }
  /** Runs keep their order: none is so late that the next one comes before it. */
  const gapAfter = (nominal: Date): number => (times.after(nominal)?.getTime() ?? Infinity) - nominal.getTime()
  const next = (after: Date): Due | undefined => {
    const nominal = times.after(after)
    return nominal === undefined ? undefined : due(nominal)
  }
  return {
    catchUp,
    next,
    newest: (after, now) => {
      let nominal = times.before(new Date(now.getTime() + 1))
      for (; nominal !== undefined && nominal > after; nominal = times.before(nominal)) {
        const found = due(nominal)
        if (found.start <= now) return found
      }
      return undefined
    },
  }
}
