import type { Due, Timetable } from './timetable.ts'

/** How late a run of a tide without `catchUp` may begin before it counts as missed. */
const LATE_MS = 120_000
/** Clocks are put right by less than this without anything being run again. */
const SET_BACK_MS = 86_400_000

/** A tide that is due. */
export interface DueTide extends Due {
  readonly tide: string
}

/** What a look at the clock brought. */
export interface Tick {
  /** To be begun, each once; those with the earlier start first. */
  readonly due: readonly DueTide[]
  /** Passed without a run, of tides that make nothing good. */
  readonly missed: readonly DueTide[]
  /** Tides that had come to a time far ahead of the clock: it was wrong then, and they begin anew from now. */
  readonly setBack: readonly string[]
}

/** A tide of a {@link Clockwork}. */
export interface ClockedTide {
  readonly timetable: Timetable
  /** Every nominal time up to this one is seen to. */
  readonly seenTo: Date
}

/**
 * Which tide is due when. No timer and no clock of its own: it is told the time. Of each tide every nominal time is seen
 * to once: by a run with that time, by one run with a later time when several passed, or by being told as missed. The
 * clock may jump: forward counts as time that passed, back makes nothing due a second time.
 */
export interface Clockwork {
  /** Adds a tide, or gives one that is there another timetable; how far that one has come stays. */
  put(tide: string, given: ClockedTide): void
  /** What is at work is remembered until `done`: were it put again before, it would be due for the same time once more. */
  remove(tide: string): void
  /** What is due now. Each tide that it names is at work until `done`. */
  tick(now: Date): Tick
  /** The newest nominal time of a tide at work whose run may begin by now, for one that had to wait: it covers the others. */
  renew(due: DueTide, now: Date): DueTide
  /** Somebody runs the tide by hand: it is not due until `done`. */
  begin(tide: string): void
  /** The tide may be due again. */
  done(tide: string): void
  /** When something is due next. */
  wakeAt(): Date | undefined
  /** When this tide is due next. */
  next(tide: string): Due | undefined
}

interface Entry {
  timetable: Timetable
  seenTo: Date
  atWork: boolean
  /** Removed while at work. */
  gone: boolean
  /** Known until something changes. */
  next: { readonly due: Due | undefined } | undefined
}

/** An empty clockwork. */
export function clockwork(): Clockwork {
  const tides = new Map<string, Entry>()

  function nextOf(entry: Entry): Due | undefined {
    entry.next ??= { due: entry.timetable.next(entry.seenTo) }
    return entry.next.due
  }

  function seen(entry: Entry, to: Date): void {
    entry.seenTo = to
    entry.next = undefined
  }

  function look(tide: string, entry: Entry, now: Date): Partial<Record<keyof Tick, DueTide>> {
    if (entry.seenTo.getTime() - now.getTime() > SET_BACK_MS) {
      seen(entry, now)
      return { setBack: { tide, nominal: now, start: now } }
    }
    const first = nextOf(entry)
    if (first === undefined || first.start > now) return {}
    const due = { tide, ...(entry.timetable.newest(first.nominal, now) ?? first) }
    seen(entry, due.nominal)
    if (!entry.timetable.catchUp && now.getTime() - due.start.getTime() > LATE_MS) return { missed: due }
    entry.atWork = true
    return { due }
  }

  return {
    put: (tide, { timetable, seenTo }) => {
      const known = tides.get(tide)
      if (known === undefined) tides.set(tide, { timetable, seenTo, atWork: false, gone: false, next: undefined })
      else {
        known.gone = false
        known.timetable = timetable
        known.next = undefined
      }
    },
    remove: (tide) => {
      const entry = tides.get(tide)
      if (entry?.atWork === true) entry.gone = true
      else tides.delete(tide)
    },
    tick: (now) => {
      const found = [...tides].filter(([, entry]) => !entry.atWork).map(([tide, entry]) => look(tide, entry, now))
      return {
        due: found.flatMap(({ due }) => due ?? []).toSorted((a, b) => a.start.getTime() - b.start.getTime()),
        missed: found.flatMap(({ missed }) => missed ?? []),
        setBack: found.flatMap(({ setBack }) => setBack?.tide ?? []),
      }
    },
    renew: (due, now) => {
      const entry = tides.get(due.tide)
      const newer = entry?.timetable.newest(due.nominal, now)
      if (entry === undefined || newer === undefined) return due
      seen(entry, newer.nominal)
      return { tide: due.tide, ...newer }
    },
    begin: (tide) => {
      const entry = tides.get(tide)
      if (entry !== undefined) entry.atWork = true
    },
    done: (tide) => {
      const entry = tides.get(tide)
      if (entry === undefined) return
      entry.atWork = false
      if (entry.gone) tides.delete(tide)
    },
    wakeAt: () => {
      let earliest: Date | undefined
      for (const entry of tides.values()) {
        const start = entry.atWork ? undefined : nextOf(entry)?.start
        if (start !== undefined && (earliest === undefined || start < earliest)) earliest = start
      }
      return earliest
    },
    next: (tide) => {
      const entry = tides.get(tide)
      return entry === undefined || entry.gone ? undefined : nextOf(entry)
    },
  }
}
