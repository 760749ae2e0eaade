import { expect, test } from 'vitest'
import { clockwork } from './clockwork.ts'
import { timetable } from './timetable.ts'
import type { Schedule } from './timetable.ts'

const HOUR = 3_600_000
const BEGIN = Date.UTC(2027, 0, 1)
const END = Date.UTC(2029, 0, 1)
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']
const CRONS = [
  '30 2 * * *',
  '0 3 * * *',
  '15 1,2 * * *',
  '0 0 29 2 *',
  '0 12 13 * 5',
  '0 4 * * sun',
  '@daily',
  '@weekly',
  '@monthly',
  '0 */6 * * *',
]

interface Life {
  readonly schedule: Schedule
  /** Nominal times, in the order in which the runs began. */
  readonly runs: number[]
}

test(
  '200 tides over two years, clocks that jump, sleep for days: no run lost, none doubled',
  { timeout: 180_000 },
  () => {
    const { ticks, lives } = live(200, true)
    let runs = 0
    for (const [tide, { schedule, runs: made }] of lives) {
      runs += made.length
      const due = timesOf(schedule, tide)
      // None doubled, none made up, and in order.
      expect(made, tide).toEqual([...new Set(made)].toSorted((a, b) => a - b))
      expect(new Set(due).isSupersetOf(new Set(made)), tide).toBe(true)
      // None lost: what has no run of its own was covered by a later one, up to the end.
      const times = timetable(schedule, { machine: 'm', tide })
      const open = times.newest(new Date(made.at(-1) ?? BEGIN), new Date(END - 6 * HOUR))
      expect(open, tide).toBeUndefined()
    }
    expect(ticks).toBeGreaterThan(10_000)
    expect(runs).toBeGreaterThan(60_000)
  },
)

test('on a machine that is always awake every time has its own run', { timeout: 180_000 }, () => {
  const { lives } = live(60, false)
  for (const [tide, { schedule, runs }] of lives)
    // A blackout joins what it puts off.
    if (schedule.blackout === undefined) expect(runs, tide).toEqual(timesOf(schedule, tide))
})

/** Two years of so many tides whose runs take up to half an hour. */
function live(
  count: number,
  disturbed: boolean,
): { readonly ticks: number; readonly lives: ReadonlyMap<string, Life> } {
  const works = clockwork()
  const lives = new Map<string, Life>()
  for (let n = 0; n < count; n += 1) {
    const schedule = scheduleOf(n)
    const tide = `t${String(n)}`
    lives.set(tide, { schedule, runs: [] })
    works.put(tide, { timetable: timetable(schedule, { machine: 'm', tide }), seenTo: new Date(BEGIN) })
  }
  const random = seeded(20261121)
  let ticks = 0
  let working: readonly { readonly tide: string; readonly until: number }[] = []
  for (let now = BEGIN; now < END;) {
    ticks += 1
    const { due } = works.tick(new Date(now))
    for (const { tide, nominal } of due) lives.get(tide)?.runs.push(nominal.getTime())
    working = [...working, ...due.map(({ tide }) => ({ tide, until: now + random() * HOUR * 0.5 }))]
    now = Math.max(now + 1, Math.min(works.wakeAt()?.getTime() ?? END, ...working.map(({ until }) => until)))
    const chance = disturbed ? random() : 1
    if (chance < 0.0001) now += random() * 5 * 24 * HOUR
    else if (chance < 0.002) now += random() * HOUR
    else if (chance < 0.004) now -= random() * HOUR
    for (const { tide, until } of working) if (until <= now) works.done(tide)
    working = working.filter(({ until }) => until > now)
  }
  return { ticks, lives }
}

function scheduleOf(n: number): Schedule {
  return {
    cron: CRONS[n % CRONS.length] ?? '',
    timeZone: ZONES[n % ZONES.length],
    ...(n % 3 === 0 ? { jitterMs: 20 * 60_000 } : {}),
    ...(n % 7 === 0 ? { blackout: ['mon-fri 08:00-18:00'] } : {}),
  }
}

function timesOf(schedule: Schedule, tide: string): readonly number[] {
  const times = timetable(schedule, { machine: 'm', tide })
  const found: number[] = []
  for (
    let due = times.next(new Date(BEGIN));
    due !== undefined && due.start.getTime() < END;
    due = times.next(due.nominal)
  )
    found.push(due.nominal.getTime())
  return found
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
