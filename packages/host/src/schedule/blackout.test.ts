import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blackout, blackoutFault } from './blackout.ts'

const BERLIN = 'Europe/Berlin'

describe('the end of a window', () => {
  test.each([
    ['outside of it', ['mon-fri 08:00-18:00'], 'UTC', '2026-11-21T09:00Z', '2026-11-21T09:00Z'],
    ['within it', ['mon-fri 08:00-18:00'], 'UTC', '2026-11-20T09:00:30Z', '2026-11-20T18:00Z'],
    ['its end is free', ['08:00-18:00'], 'UTC', '2026-11-20T18:00Z', '2026-11-20T18:00Z'],
    ['its begin is not', ['08:00-18:00'], 'UTC', '2026-11-20T08:00Z', '2026-11-20T18:00Z'],
    ['over midnight', ['22:00-06:00'], 'UTC', '2026-11-20T23:00Z', '2026-11-21T06:00Z'],
    ['the day is that of its begin', ['fri 22:00-06:00'], 'UTC', '2026-11-21T05:00Z', '2026-11-21T06:00Z'],
    ['over the end of the week', ['sun 22:00-06:00'], 'UTC', '2026-11-23T01:00Z', '2026-11-23T06:00Z'],
    ['one after the other', ['08:00-12:00', '11:00-18:00'], 'UTC', '2026-11-20T09:00Z', '2026-11-20T18:00Z'],
    ['as clocks show it there', ['08:00-18:00'], BERLIN, '2026-11-20T09:00Z', '2026-11-20T17:00Z'],
    ['days that go around', ['sat-mon 00:00-24:00'], 'UTC', '2026-11-21T09:00Z', '2026-11-24T00:00Z'],
    ['clocks set forward in it', ['22:00-06:00'], BERLIN, '2026-03-28T22:00Z', '2026-03-29T04:00Z'],
    ['an end that the clocks leave out', ['22:00-02:30'], BERLIN, '2026-03-28T22:00Z', '2026-03-29T01:00Z'],
    ['clocks set back in it', ['22:00-06:00'], BERLIN, '2026-10-24T21:00Z', '2026-10-25T05:00Z'],
    ['an end that comes twice', ['22:00-02:30'], BERLIN, '2026-10-24T21:00Z', '2026-10-25T00:30Z'],
  ])('%s', (_, windows, zone, at, end) => {
    expect(blackout(windows, zone).clear(new Date(at))).toEqual(new Date(end))
  })
})

test('whatever the windows, the end lies in none of them and is the first such minute', () => {
  const time = fc.integer({ min: 0, max: 1439 }).map((n) => [Math.floor(n / 60), n % 60].map(two).join(':'))
  const window = fc.tuple(time, time).filter(([a, b]) => a !== b)
  const anyTime = fc.date({ min: new Date('2026-03-20'), max: new Date('2026-04-05'), noInvalidDate: true })
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), anyTime, (windows, date) => {
      const texts = windows.map(([from, to]) => `${from}-${to}`)
      fc.pre(blackoutFault(texts) === undefined)
      const dark = blackout(texts, BERLIN)
      const clear = (at: Date): Date => dark.clear(at)
      const end = clear(date)
      expect(clear(end)).toEqual(end)
      expect(end.getTime()).toBeGreaterThanOrEqual(date.getTime())
      const before = new Date(end.getTime() - 60_000)
      if (before > date) expect(clear(before)).toEqual(end)
    }),
  )
})

describe('what is wrong with a window', () => {
  test.each([
    ['mon-fri', /from when until when/],
    ['8-18', /from when until when/],
    ['moo 08:00-18:00', /the days are/],
    ['mon-tue-wed 08:00-18:00', /the days are/],
    ['25:00-26:00', /no such time/],
    ['08:60-09:00', /no such time/],
    ['08:00-08:00', /whole day/],
    ['00:00-24:00', /no time is left/],
  ])('%s', (text, why) => {
    expect(blackoutFault([text])?.why).toMatch(why)
  })

  test('several that leave no time together', () => {
    expect(blackoutFault(['mon-thu 00:00-24:00', 'fri-sun 00:00-24:00'])?.why).toMatch(/no time is left/)
    expect(blackoutFault(['mon-thu 00:00-24:00', 'fri-sun 00:00-23:59'])).toBeUndefined()
  })
})

function two(n: number): string {
  return String(n).padStart(2, '0')
}
