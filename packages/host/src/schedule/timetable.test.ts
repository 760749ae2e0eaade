import { expect, test } from 'vitest'
import { jitter } from './jitter.ts'
import { timetable } from './timetable.ts'

const WHOSE = { machine: 'web-1', tide: 'nightly' }
const at = (text: string): Date => new Date(`2026-${text}Z`)

test('a run that is due in a blackout is put off to its end', () => {
  const times = timetable({ cron: '0 9 * * *', timeZone: 'UTC', blackout: ['08:00-18:00'] }, WHOSE)
  expect(times.next(at('11-20T00:00'))).toEqual({ nominal: at('11-20T09:00'), start: at('11-20T18:00') })
  expect(times.newest(at('11-19T09:00'), at('11-20T17:59'))).toBeUndefined()
  expect(times.newest(at('11-19T09:00'), at('11-20T18:00'))?.nominal).toEqual(at('11-20T09:00'))
})

test('several that are due in a blackout are one run, with the newest time', () => {
  const times = timetable({ cron: '0 * * * *', timeZone: 'UTC', blackout: ['08:00-18:00'] }, WHOSE)
  expect(times.newest(at('11-20T07:00'), at('11-20T18:00'))?.nominal).toEqual(at('11-20T18:00'))
  expect(times.newest(at('11-20T07:00'), at('11-20T17:59'))).toBeUndefined()
})

test('jitter is the same for the same machine, tide and time, and never too much', () => {
  const times = timetable({ cron: '@hourly', timeZone: 'UTC', jitterMs: 600_000 }, WHOSE)
  const starts = new Set<number>()
  for (let hour = 0; hour < 24; hour += 1) {
    const after = new Date(at('11-20T00:00').getTime() + hour * 3_600_000)
    const due = times.next(after)
    if (due === undefined) throw new Error('there is always a next hour')
    expect(times.next(after)).toEqual(due)
    const late = due.start.getTime() - due.nominal.getTime()
    expect(late).toBeGreaterThanOrEqual(0)
    expect(late).toBeLessThan(600_000)
    starts.add(late)
  }
  expect(starts.size).toBeGreaterThan(20)
  const nominal = at('11-20T03:00')
  expect(jitter(WHOSE, nominal, 1e6)).not.toBe(jitter({ ...WHOSE, machine: 'web-2' }, nominal, 1e6))
})

test('jitter that leads into a blackout waits for its end', () => {
  const times = timetable(
    { cron: '59 7 * * *', timeZone: 'UTC', jitterMs: 3_600_000, blackout: ['08:00-18:00'] },
    WHOSE,
  )
  let put = 0
  for (let day = 1; day <= 28; day += 1) {
    const start = times.next(new Date(Date.UTC(2026, 1, day)))?.start
    if (start?.getUTCHours() === 18) put += 1
    else expect(start?.getUTCHours()).toBe(7)
  }
  expect(put).toBeGreaterThan(15)
})
