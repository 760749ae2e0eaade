import { assert, constantFrom, integer, oneof, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PurgeCandidate } from './candidate.ts'
import { parsePattern } from './pattern.ts'
import { purgeVerdicts } from './verdicts.ts'

const now = new Date('2026-11-21T12:00:00.000Z')
const MINUTE = 60_000
const HOUR = 60
const DAY = 24 * HOUR

function aged(minutes: number): PurgeCandidate {
  const time = new Date(now.getTime() - minutes * MINUTE)
  return { name: `v@${time.toISOString()}`, time }
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

/** The rule as the original's text has it, said once more and by nobody's help: ages in minutes, what stays. */
function original(parts: readonly number[], ages: readonly number[]): ReadonlySet<number> {
  const oldestFirst = ages.toSorted((one, other) => other - one)
  const max = parts.at(-1) ?? 0
  const doomed = new Set<number>()
  if (parts.length === 1) for (const age of ages) if (age > max) doomed.add(age)
  for (let at = parts.length - 1; at > 0; at -= 1) {
    const [low, high] = [parts[at - 1] ?? 0, parts[at] ?? 0]
    let last = -1
    for (const age of oldestFirst) {
      const isTop = high === max
      if (age < low || (age > high && !isTop)) continue
      const bucket = Math.trunc(age / low)
      if (bucket === last || age > max) doomed.add(age)
      last = bucket
    }
  }
  return new Set(ages.filter((age) => !doomed.has(age)))
}

describe('the verdicts of the original', () => {
  test.each([
    ['60m:240m', [10, 59, 60, 61, 90, 119, 120, 150, 179, 180, 200, 239, 240, 241], [10, 59, 119, 179, 239]],
    ['4h:1d:2w:2y', hours(0, 39), [0, 1, 2, 3, 7, 11, 15, 19, 23, 39].map((hour) => hour * HOUR)],
    ['2h', [119, 120, 120 + 0.9 / 60, 121], [119, 120, 120 + 0.9 / 60]],
    ['1y', [0, 365 * DAY, 365 * DAY + 1], [0, 365 * DAY]],
    ['1w', [0, 7 * DAY, 7 * DAY + 1], [0, 7 * DAY]],
    ['0h', [0, 1, 2], [0]],
  ])('%s', (pattern, ages, expected) => {
    expect(kept(pattern, ages).map((age) => Number(age.toFixed(3)))).toEqual(
      expected.map((age) => Number(age.toFixed(3))),
    )
  })

  // 23 h after the start of a day and of 672 h, counted from the first snapshot.
  const steps = 11_999
  test.each([
    ['1d:4w:1y', [...hours(0, 23), ...every(47, 671, 24), ...every(1247, 8639, 672)]],
    ['1h:1d:1w:4w:1y', [...hours(0, 23), ...every(47, 167, 24), ...every(239, 575, 168), ...every(1247, 8639, 672)]],
    ['2h:3h', [0, 60, 180]],
  ])('an hourly snapshot and an hourly purge by %s come to rest', (pattern, expected) => {
    const parsed = parsePattern(pattern)
    let standing: readonly { readonly name: string; readonly time: Date }[] = []
    for (let step = 0; step <= steps; step += 1) {
      const time = new Date(now.getTime() + step * HOUR * MINUTE)
      const { verdicts } = purgeVerdicts([...standing, { name: `v@${time.toISOString()}`, time }], parsed, time)
      const left = new Set(verdicts.flatMap(({ name, keep }) => (keep ? [name] : [])))
      standing = [...standing, { name: `v@${time.toISOString()}`, time }].filter(({ name }) => left.has(name))
    }
    const end = now.getTime() + steps * HOUR * MINUTE
    expect(standing.map(({ time }) => (end - time.getTime()) / MINUTE).toReversed()).toEqual(expected)
  })

  test('for all patterns and ages, but for what is safer', () => {
    const ages = uniqueArray(integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 })
    const anyParts = uniqueArray(integer({ min: 1, max: 2500 }), { minLength: 1, maxLength: 5 })
    const multiples = uniqueArray(constantFrom(10, 30, 60, 240, 480, 960, 1920), { minLength: 1, maxLength: 5 })
    const parts = oneof(anyParts, multiples)
    assert(
      property(ages, parts, (given, unsorted) => {
        const sorted = unsorted.toSorted((one, other) => one - other)
        const pattern = sorted.map((part) => `${String(part)}m`).join(':')
        const ours = new Set(kept(pattern, given))
        const theirs = original(sorted, given)
        const newest = Math.min(...given)
        const end = sorted.at(-1) ?? 0
        expect(ours.isSupersetOf(theirs)).toBe(true)
        expect(ours.has(newest)).toBe(true)
        if (newest > end) return
        // Where the last span is whole, both say the same of all but the newest one; else of all that is not too old.
        const isWhole = end % (sorted.at(-2) ?? end) === 0
        const counted = isWhole ? given : given.filter((age) => age <= end)
        expect(ours).toEqual(original(sorted, counted).union(new Set([newest])))
      }),
      { numRuns: 1000 },
    )
  })
})

function every(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => (from + at * step) * HOUR)
}
