import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockwork } from './clockwork.ts'
import type { Clockwork } from './clockwork.ts'
import { timetable } from './timetable.ts'
import type { Schedule } from './timetable.ts'

const HOUR = 3_600_000
const at = (text: string): Date => new Date(`2026-${text}Z`)

function one(schedule: Schedule, seenTo: Date): Clockwork {
  const works = clockwork()
  works.put('t', { timetable: timetable(schedule, { machine: 'm', tide: 't' }), seenTo })
  return works
}

const nominals = (works: Clockwork, now: Date): readonly string[] =>
  works.tick(now).due.map(({ nominal }) => nominal.toISOString().slice(5, 16))

describe('a tide of every hour', () => {
  const hourly: Schedule = { cron: '@hourly', timeZone: 'UTC' }

  test('is due on time, once', () => {
    const works = one(hourly, at('11-20T00:30'))
    expect(nominals(works, at('11-20T00:59:59'))).toEqual([])
    expect(nominals(works, at('11-20T01:00'))).toEqual(['11-20T01:00'])
    works.done('t')
    expect(nominals(works, at('11-20T01:00:01'))).toEqual([])
    expect(works.wakeAt()).toEqual(at('11-20T02:00'))
  })

  test('what passed while it was at work is one run', () => {
    const works = one(hourly, at('11-20T00:30'))
    expect(nominals(works, at('11-20T01:00'))).toEqual(['11-20T01:00'])
    expect(nominals(works, at('11-20T04:30'))).toEqual([])
    works.done('t')
    expect(nominals(works, at('11-20T04:30'))).toEqual(['11-20T04:00'])
    works.done('t')
    expect(nominals(works, at('11-20T04:31'))).toEqual([])
  })

  test('one that had to wait takes on the newest time', () => {
    const works = one(hourly, at('11-20T00:30'))
    const [due] = works.tick(at('11-20T01:00')).due
    if (due === undefined) throw new Error('it is due')
    expect(works.renew(due, at('11-20T03:10')).nominal).toEqual(at('11-20T03:00'))
    works.done('t')
    expect(nominals(works, at('11-20T03:59'))).toEqual([])
  })

  test('a tide at work that is removed and put again is not due for the same time once more', () => {
    const works = one(hourly, at('11-20T00:30'))
    expect(nominals(works, at('11-20T01:00'))).toEqual(['11-20T01:00'])
    works.remove('t')
    expect(works.next('t')).toBeUndefined()
    const again = { timetable: timetable(hourly, { machine: 'm', tide: 't' }), seenTo: at('11-20T00:59') }
    works.put('t', again)
    expect(nominals(works, at('11-20T01:01'))).toEqual([])
    works.done('t')
    expect(nominals(works, at('11-20T01:02'))).toEqual([])
    expect(nominals(works, at('11-20T02:00'))).toEqual(['11-20T02:00'])
    works.remove('t')
    works.done('t')
    expect(nominals(works, at('11-20T05:00'))).toEqual([])
    works.put('t', again)
    expect(nominals(works, at('11-20T05:00'))).toEqual(['11-20T05:00'])
  })

  test('a clock that is set back makes nothing due again', () => {
    const works = one(hourly, at('11-20T00:30'))
    expect(nominals(works, at('11-20T03:00'))).toEqual(['11-20T03:00'])
    works.done('t')
    expect(nominals(works, at('11-20T01:00'))).toEqual([])
    expect(nominals(works, at('11-20T03:59'))).toEqual([])
    expect(nominals(works, at('11-20T04:00'))).toEqual(['11-20T04:00'])
  })

  test('a clock that was wrong by years costs no more than the run that it was wrong for', () => {
    const works = one(hourly, new Date('2099-01-01'))
    expect(works.tick(at('11-20T03:10'))).toEqual({ due: [], missed: [], setBack: ['t'] })
    expect(nominals(works, at('11-20T04:00'))).toEqual(['11-20T04:00'])
  })

  test('without catchUp what was missed is told', () => {
    const works = one({ ...hourly, catchUp: false }, at('11-20T00:30'))
    const tick = works.tick(at('11-20T05:30'))
    expect(tick.due).toEqual([])
    expect(tick.missed.map(({ nominal }) => nominal)).toEqual([at('11-20T05:00')])
    expect(nominals(works, at('11-20T06:00:30'))).toEqual(['11-20T06:00'])
  })

  test('another timetable is taken up, and nothing of the past is due by it', () => {
    const works = one(hourly, at('11-20T00:30'))
    expect(nominals(works, at('11-20T01:00'))).toEqual(['11-20T01:00'])
    const daily = timetable({ cron: '0 3 * * *', timeZone: 'UTC' }, { machine: 'm', tide: 't' })
    works.put('t', { timetable: daily, seenTo: at('01-01T00:00') })
    works.done('t')
    expect(nominals(works, at('11-20T02:30'))).toEqual([])
    expect(nominals(works, at('11-20T03:00'))).toEqual(['11-20T03:00'])
    works.remove('t')
    expect(works.wakeAt()).toBeUndefined()
  })
})

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

test('whatever the schedule, the durations and the jumps: each time once, or covered by a newer one soon', () => {
  const schedule = fc.record({
    cron: fc.constantFrom(...CRONS, '*/7 * * * *', '5 5 5 5 *', '*/20 30 2 * * *'),
    timeZone: fc.constantFrom(...ZONES),
    jitterMs: fc.constantFrom(0, 60_000, 5 * HOUR),
    blackout: fc.constantFrom([], ['22:00-06:00'], ['mon-fri 08:00-18:00', 'sun 00:00-24:00']),
  })
  const step = fc.record({ by: fc.integer({ min: -20 * 60, max: 60 * 60 }), work: fc.integer({ min: 0, max: 3 }) })
  const from = fc.constantFrom(Date.UTC(2026, 2, 26), Date.UTC(2026, 9, 22), Date.UTC(2028, 1, 27))
  fc.assert(
    fc.property(schedule, from, fc.array(step, { minLength: 1, maxLength: 60 }), (given, begin, steps) => {
      const times = timetable(given, { machine: 'm', tide: 't' })
      const works = one(given, new Date(begin))
      const made: number[] = []
      let now = begin
      let latest = begin
      let left = 0
      const look = (): void => {
        const { due } = works.tick(new Date(now))
        for (const { nominal, start } of due) {
          expect(start.getTime()).toBeLessThanOrEqual(now)
          made.push(nominal.getTime())
        }
      }
      for (const { by, work } of steps) {
        // Set back by less than a day in all: what a clock that was wrong by more gets is told above.
        now = Math.max(now + by * 60_000, latest - 23 * HOUR)
        latest = Math.max(latest, now)
        left -= 1
        if (left <= 0) works.done('t')
        const before = made.length
        look()
        if (made.length > before) left = work
      }
      // At last all is done, and the clock right again: then nothing is open that may begin.
      now = latest
      works.done('t')
      look()
      works.done('t')
      look()
      expect(made).toEqual([...new Set(made)].toSorted((a, b) => a - b))
      expect(times.newest(new Date(made.at(-1) ?? begin), new Date(now))).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
