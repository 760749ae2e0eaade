import { describe, expect, test } from 'vitest'
import { timeFormat } from '../name/time-format.ts'
import type { PurgeCandidate } from './candidate.ts'
import { parsePattern } from './pattern.ts'
import { purgeVerdicts } from './verdicts.ts'

const now = new Date('2026-11-21T12:00:00.000Z')
const MINUTE = 60_000
const HOUR = 60
const DAY = 24 * HOUR

function aged(minutes: number, more: Partial<PurgeCandidate> = {}): PurgeCandidate {
  const time = new Date(now.getTime() - minutes * MINUTE)
  return { name: `v@${time.toISOString()}`, time, ...more }
}

function hours(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => (from + at) * HOUR)
}

/** The ages that stay, in minutes. */
function kept(pattern: string, ages: readonly number[]): readonly number[] {
  const { verdicts } = purgeVerdicts(
    ages.map((age) => aged(age)),
    parsePattern(pattern),
    now,
  )
  return verdicts.flatMap(({ keep, age = 0 }) => (keep ? [age / MINUTE] : [])).toReversed()
}

function markerOf(of: PurgeCandidate, host: string): PurgeCandidate {
  return { ...of, name: `${of.name}@${host}`, host }
}

describe('the verdicts that are safer', () => {
  test('what is too old takes no span for itself', () => {
    expect(kept('2h:3h', [110, 150, 200])).toEqual([110, 150])
  })

  test('the last one stays', () => {
    expect(kept('2h', [70 * DAY])).toEqual([70 * DAY])
    expect(kept('2h', [70 * DAY, 71 * DAY])).toEqual([70 * DAY])
    expect(kept('0h', [1, 2, 3])).toEqual([1])
  })

  test('a clock ten years ahead: nothing is lost that a right clock keeps, and it is told', () => {
    const ages = hours(0, 500)
    const ahead = 3653 * DAY
    const later = ages.map((age) => age + ahead)
    expect(kept('4h:1d:2w:2y', later)).toEqual(kept('4h:1d:2w:2y', ages).map((age) => age + ahead))
    const { findings } = purgeVerdicts([aged(ahead)], parsePattern('4h:1d:2w:2y'), now)
    expect(findings).toMatchObject([{ code: 'PURGE.ALL_OLD', hint: expect.stringContaining('v@2016-') }])
  })

  test('a time in the future stays, and it is told', () => {
    const { verdicts, findings } = purgeVerdicts([aged(-5), aged(-90), aged(300), aged(0)], parsePattern('2h'), now)
    expect(verdicts.map(({ keep, reason }) => [keep, reason])).toEqual([
      [false, 'older than 2h'],
      [true, 'not older than 2h'],
      [true, 'its time is in the future'],
      [true, 'its time is in the future'],
    ])
    expect(findings).toMatchObject([{ code: 'PURGE.FUTURE', message: expect.stringMatching(/^2 of/) }])
  })

  test('one in the future does not stand in for the last one', () => {
    const ages = [-5, 300, 700].map((age) => aged(age))
    const { verdicts } = purgeVerdicts(ages, parsePattern('2h'), now)
    expect(verdicts.map(({ keep }) => keep)).toEqual([false, true, true])
  })

  test('the newest by the file system stays where the clock was set back', () => {
    const early = aged(DAY, { generation: 9 })
    const { verdicts } = purgeVerdicts(
      [aged(3 * DAY, { generation: 7 }), early, aged(0, { generation: 8 })],
      parsePattern('2h'),
      now,
    )
    expect(verdicts.map(({ keep, reason }) => [keep, reason])).toEqual([
      [false, 'older than 2h'],
      [true, 'the newest one'],
      [true, 'not older than 2h'],
    ])
  })

  test('what is pinned stays', () => {
    const pinned = aged(3 * DAY, { pinned: 'parent of what is at HOST' })
    const { verdicts } = purgeVerdicts([pinned, aged(0)], parsePattern('2h'), now)
    expect(verdicts[0]).toEqual({
      name: pinned.name,
      keep: true,
      reason: 'parent of what is at HOST',
      age: 3 * DAY * MINUTE,
    })
  })

  test('the newest marker of each host and what it marks stay', () => {
    const old = aged(5 * DAY)
    const sent = aged(3 * DAY)
    const all = [aged(0), sent, old, markerOf(old, 'a'), markerOf(sent, 'a'), markerOf(old, 'b')]
    const { verdicts } = purgeVerdicts(all, parsePattern('2h'), now)
    expect(verdicts.filter(({ keep }) => !keep).map(({ name }) => name)).toEqual([`${old.name}@a`])
    expect(verdicts.map(({ reason }) => reason)).toContain('was last sent to b')
  })

  test('neither a safety snapshot, nor a marker, nor half of one stands in for the last one', () => {
    const last = aged(3 * DAY)
    const all = [
      last,
      aged(2 * DAY, { isSafety: true }),
      aged(10, { isUnfinished: true }),
      { ...aged(4 * DAY), name: 'v@x@h', host: 'h' },
      aged(30, { isSafety: true }),
    ]
    const { verdicts } = purgeVerdicts(all, parsePattern('2h'), now)
    expect(verdicts.find(({ name }) => name === last.name)).toMatchObject({ keep: true, reason: 'the newest one' })
    expect(verdicts.filter(({ keep }) => !keep)).toHaveLength(1)
  })

  test('a safety snapshot takes the span of none that a person took', () => {
    const candidates = [aged(50 * HOUR, { isSafety: true }), aged(49 * HOUR), aged(48 * HOUR + 30), aged(0)]
    const { verdicts } = purgeVerdicts(candidates, parsePattern('1d:1w'), now)
    expect(verdicts.map(({ keep }) => keep)).toEqual([true, true, false, true])
  })

  test('where there is nothing but safety snapshots or markers, the newest of them is the last one', () => {
    const verdict = (one: PurgeCandidate): boolean | undefined =>
      purgeVerdicts([one, { ...aged(-5) }], parsePattern('2h'), now).verdicts[0]?.keep
    expect(verdict(aged(DAY, { isSafety: true }))).toBe(true)
    expect(verdict(aged(DAY, { host: 'h' }))).toBe(true)
  })
})

const format = timeFormat('%Y-%m-%dT%H:%M:%S.%f')

function named(name: string): PurgeCandidate {
  const time = format.parse(name.split('@')[1] ?? '')
  return time === undefined ? { name } : { name, time }
}

describe('odd entries', () => {
  test('what has no time of the format is left alone', () => {
    const names = [
      'v@2020-01-01T00:00:00',
      'v@invalid',
      'v@',
      'v',
      'v@2020-02-30T00:00:00.0',
      'v@2020-01-01T00:00:00.0',
    ]
    const { verdicts } = purgeVerdicts([...names.map((name) => named(name)), aged(0)], parsePattern('2h'), now)
    expect(verdicts.filter(({ keep }) => !keep).map(({ name }) => name)).toEqual(names.slice(-1))
    expect(verdicts.filter(({ age }) => age === undefined)).toHaveLength(5)
  })

  test('two of one second on the border of two parts: one verdict each', () => {
    const twins = ['a', 'b'].map((end) => ({ ...aged(DAY), name: `v@${end}` }))
    const { verdicts } = purgeVerdicts([...twins, aged(0)], parsePattern('1h:1d:1w'), now)
    expect(verdicts.map(({ name, keep }) => [name.slice(0, 3), keep])).toEqual([
      ['v@a', true],
      ['v@b', false],
      ['v@2', true],
    ])
  })

  test('nothing at all', () => {
    expect(purgeVerdicts([], parsePattern('2h'), now)).toEqual({ verdicts: [], findings: [] })
  })
})
