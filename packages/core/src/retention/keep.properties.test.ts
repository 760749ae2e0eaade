import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RestorePoint } from '../crane/restore-point.ts'
import { keepPolicy } from './keep.ts'
import type { KeepRules } from './policy.ts'

const now = new Date('2026-11-21T12:00:00Z')
const HOUR = 3_600_000

const count = fc.nat({ max: 6 })
const rules: fc.Arbitrary<KeepRules> = fc.record(
  {
    last: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    withinMs: fc.nat({ max: 40 * 24 * HOUR }),
  },
  { requiredKeys: [] },
)

/** Steps that meet in the same hour, day, week … or lie far apart; a few in the future. */
const time = fc
  .tuple(fc.constantFrom(HOUR / 4, 7 * HOUR, 60 * HOUR, 700 * HOUR), fc.integer({ min: -2, max: 40 }))
  .map(([step, n]) => new Date(now.getTime() - step * n).toISOString())

const point: fc.Arbitrary<RestorePoint> = fc
  .record(
    {
      kind: fc.constantFrom('archive' as const, 'archive' as const, 'snapshot' as const),
      id: fc.integer({ min: 0, max: 60 }).map((n) => `p${String(n)}`),
      target: fc.constantFrom('docker:a' as const, 'dir:/b' as const),
      store: fc.constantFrom('archive:/x' as const, 'restic:/y' as const),
      takenAt: fc.oneof({ weight: 30, arbitrary: time }, { weight: 1, arbitrary: fc.constant('?') }),
      state: fc.constantFrom('good' as const, 'good' as const, 'partial' as const),
      pinned: fc.constantFrom('by hand', 'parent of p1'),
    },
    { requiredKeys: ['kind', 'id', 'target', 'store', 'takenAt', 'state'] },
  )
  .chain(({ pinned, ...rest }) =>
    fc.boolean().map((isPinned) => (isPinned && pinned !== undefined ? { ...rest, pinned } : rest)),
  )

const points = fc.array(point, { maxLength: 40 })

function keptOf(rule: KeepRules, all: readonly RestorePoint[]): readonly RestorePoint[] {
  return keepPolicy(rule)(all, now).flatMap((verdict) => (verdict.keep ? verdict.point : []))
}

function nameOf({ target, store, kind, id }: RestorePoint): string {
  return [target, store, kind, id].join(' ')
}

function holds(property: (rule: KeepRules, all: readonly RestorePoint[]) => void): void {
  fc.assert(fc.property(rules, points, property), { numRuns: 500 })
}

test('each point has one verdict with a reason, in the order given', () => {
  holds((rule, all) => {
    const verdicts = keepPolicy(rule)(all, now)
    expect(verdicts.map((verdict) => verdict.point)).toStrictEqual(all)
    for (const { reasons } of verdicts) expect(reasons.length).toBeGreaterThan(0)
  })
})

test('the newest good point of each target is kept', () => {
  holds((rule, all) => {
    const kept = new Set(keptOf(rule, all))
    for (const target of new Set(all.map((one) => one.target))) {
      const good = all.filter((one) => one.target === target && one.state === 'good' && one.takenAt !== '?')
      for (const limit of [now.getTime(), Infinity]) {
        const [newest] = good
          .filter((one) => Date.parse(one.takenAt) <= limit)
          .toSorted((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt))
        if (newest === undefined) continue
        const asNew = good.filter((one) => one.takenAt === newest.takenAt)
        expect(asNew.some((one) => kept.has(one))).toBe(true)
      }
    }
  })
})

test('pinned, future and timeless points are kept; without rules everything is', () => {
  holds((rule, all) => {
    const kept = new Set(keptOf(rule, all))
    for (const one of all)
      if (one.pinned !== undefined || !(Date.parse(one.takenAt) <= now.getTime())) expect(kept).toContain(one)
    expect(keptOf({}, all)).toHaveLength(all.length)
  })
})

test('one id has one verdict', () => {
  holds((rule, all) => {
    const byId = Map.groupBy(keepPolicy(rule)(all, now), (verdict) => nameOf(verdict.point))
    for (const verdicts of byId.values()) expect(new Set(verdicts.map((verdict) => verdict.keep)).size).toBe(1)
  })
})

test('a rule that is raised keeps no less', () => {
  fc.assert(
    fc.property(
      rules,
      points,
      fc.constantFrom('last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly', 'withinMs'),
      fc.nat({ max: 5 }),
      (rule, all, name, more) => {
        const value = rule[name] ?? 0
        const before = { ...rule, [name]: value }
        const raised = new Set(keptOf({ ...before, [name]: value + more * (name === 'withinMs' ? HOUR : 1) }, all))
        for (const one of keptOf(before, all)) expect(raised).toContain(one)
      },
    ),
    { numRuns: 500 },
  )
})

test('whoever does not see all points drops none that would have stayed', () => {
  fc.assert(
    fc.property(
      rules,
      points.chain((all) => fc.tuple(fc.constant(all), fc.subarray([...new Set(all.map(nameOf))]))),
      (rule, [all, names]) => {
        // Two entries of one id are one point: whoever sees it sees both.
        const seen = all.filter((one) => names.includes(nameOf(one)))
        const kept = new Set(keptOf(rule, all))
        const keptOfSeen = new Set(keptOf(rule, seen))
        for (const one of seen) if (kept.has(one)) expect(keptOfSeen.has(one)).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('what a policy keeps it keeps again', () => {
  holds((rule, all) => {
    const kept = keptOf(rule, all)
    expect(keptOf(rule, kept)).toStrictEqual(kept)
  })
})

test('the order of the points does not change their verdicts', () => {
  const permuted = points.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length })),
  )
  fc.assert(
    fc.property(rules, permuted, (rule, [all, order]) => {
      const verdicts = keepPolicy(rule)(all, now)
      const others = keepPolicy(rule)(
        order.flatMap((place) => all[place] ?? []),
        now,
      )
      expect(others).toStrictEqual(order.map((place) => verdicts[place]))
    }),
    { numRuns: 500 },
  )
})

test('a pin changes no verdict but its own', () => {
  fc.assert(
    fc.property(rules, fc.array(point, { minLength: 1, maxLength: 30 }), fc.nat(), (rule, all, n) => {
      const unique = all.map((one, place) => ({ ...one, id: `u${String(place)}` }))
      const place = n % unique.length
      const before = keepPolicy(rule)(unique, now)
      const pinned = unique.map((one, at) => (at === place ? { ...one, pinned: 'by hand' } : one))
      for (const [at, verdict] of keepPolicy(rule)(pinned, now).entries())
        if (at !== place) expect(verdict).toStrictEqual(before[at])
    }),
  )
})

test('each counting rule keeps at most its number of good points', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'),
      fc.integer({ min: 1, max: 6 }),
      points,
      (name, limit, all) => {
        const plain = all.flatMap((one, place) =>
          one.pinned === undefined &&
          one.target === 'dir:/b' &&
          one.state === 'good' &&
          Date.parse(one.takenAt) <= now.getTime()
            ? { ...one, id: `u${String(place)}` }
            : [],
        )
        expect(keptOf({ [name]: limit }, plain).length).toBeLessThanOrEqual(limit)
      },
    ),
  )
})

test('fifteen thousand points are judged, the daily ones of a year and no more kept', () => {
  const all: readonly RestorePoint[] = Array.from({ length: 15_000 }, (_, n) => ({
    kind: 'archive',
    id: `p${String(n)}`,
    target: 'docker:a',
    store: 'archive:/x',
    takenAt: new Date(now.getTime() - ((n * 7919) % 15_000) * HOUR).toISOString(),
    state: 'good',
  }))
  expect(keptOf({ daily: 365 }, all)).toHaveLength(365)
})
