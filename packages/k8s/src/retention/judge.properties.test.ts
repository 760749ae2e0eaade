import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { pruneAsTheOriginal, type OldSnapshot } from '../../test/retention/original-pruner.ts'
import { addDays, dayIn } from '../label/day.ts'
import { changed } from '../label/label-change.ts'
import { keptSnapshot, type KeptSnapshot } from '../label/kept-snapshot.ts'
import { tiersOf } from '../label/tier.ts'
import { judge } from './judge.ts'
import type { RetentionRules } from './rules.ts'

const now = new Date('2026-11-21T12:00:00Z')
const zone = 'Europe/Vienna'
const today = dayIn(zone, now)
const HOUR = 3_600_000

const rules: fc.Arbitrary<RetentionRules> = fc.record({
  daily: fc.nat({ max: 4 }),
  weekly: fc.nat({ max: 3 }),
  monthly: fc.nat({ max: 3 }),
})

const deleteAfter = fc.constantFrom(
  '2026-11-19',
  '2026-11-20',
  '2026-11-21',
  '2026-11-22',
  '2026-12-24',
  '',
  '1',
  'never',
  '2026-1-5',
  'kept.last-good',
  'kept.tier',
)

const chance = <Value>(value: fc.Arbitrary<Value>, percent: number): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: percent, arbitrary: value }, { weight: 100 - percent, arbitrary: fc.constant(undefined) })

const anySnapshot = fc
  .record({
    pvc: chance(fc.constantFrom('data', 'uploads'), 95),
    hoursAgo: chance(
      fc.integer({ min: 1, max: 60 }).map((n) => n * 17),
      92,
    ),
    ready: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    retain: fc.constantFrom('daily_weekly_monthly', 'daily_weekly_monthly', 'days', undefined, 'other'),
    pending: chance(fc.constant('daily_weekly_monthly'), 10),
    daily: fc.boolean(),
    weekly: fc.boolean(),
    monthly: fc.boolean(),
    legacy: fc.boolean(),
    deleteAfter: chance(deleteAfter, 40),
    saved: chance(deleteAfter, 10),
    hold: chance(fc.constant('audit'), 7),
    extra: chance(fc.constant('daily'), 7),
    suspended: chance(fc.constant('2026-11-18'), 5),
    going: chance(fc.constant('2026-11-21T11:00:00Z'), 4),
  })
  .map((one) => {
    const cutAt = one.hoursAgo === undefined ? undefined : new Date(now.getTime() - one.hoursAgo * HOUR)
    const tiers = tiersOf(dayIn(zone, cutAt ?? now))
    const labels = {
      'backup-ns.sh/pvc': one.pvc,
      'backup-ns.sh/retain': one.retain,
      'salvage-kit.io/retain': one.pending,
      'backup-ns.sh/daily': one.daily ? tiers.daily : undefined,
      'backup-ns.sh/weekly': one.weekly ? (one.legacy ? `2026-${tiers.weekly}` : tiers.weekly) : undefined,
      'backup-ns.sh/monthly': one.monthly ? tiers.monthly : undefined,
      'backup-ns.sh/delete-after': one.deleteAfter,
      'salvage-kit.io/delete-after': one.saved,
      'salvage-kit.io/hold': one.hold,
      'salvage-kit.io/extra': one.extra,
      'salvage-kit.io/daily': one.suspended,
      'team.example/owner': 'x',
    }
    return {
      labels: Object.fromEntries(
        Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      status: {
        readyToUse: one.ready,
        ...(cutAt === undefined ? {} : { creationTime: cutAt.toISOString() }),
        boundVolumeSnapshotContentName: 'content',
      },
      going: one.going,
    }
  })

const fleet = fc.array(anySnapshot, { maxLength: 24 }).map((all) => all.flatMap((one, at) => read(one, at) ?? []))

function read(
  { labels, status, going }: { labels: Record<string, string>; status: object; going?: string | undefined },
  at: number,
): KeptSnapshot | undefined {
  const name = `s${String(at).padStart(3, '0')}`
  return keptSnapshot({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      namespace: 'a',
      name,
      uid: name,
      labels,
      creationTimestamp: '2026-11-20T00:00:00Z',
      ...(going === undefined ? {} : { deletionTimestamp: going }),
    },
    spec: { source: {} },
    status: JSON.parse(JSON.stringify(status)),
  })
}

/** What stands after the verdicts were carried out. */
function after(all: readonly KeptSnapshot[], by: RetentionRules, at = now): readonly KeptSnapshot[] {
  return judge(all, { rules: by, now: at, zone }).flatMap(({ snapshot, action, change }) =>
    action === 'delete' ? [] : again({ ...snapshot, labels: changed(snapshot.labels, change) }),
  )
}

/** Read again, with the labels that it has now. */
function again(one: KeptSnapshot): KeptSnapshot {
  const found = keptSnapshot({
    apiVersion: 'v1',
    kind: 'VolumeSnapshot',
    metadata: {
      namespace: one.namespace,
      name: one.name,
      uid: one.uid,
      labels: one.labels,
      creationTimestamp: new Date(one.madeAt).toISOString(),
      ...(one.going ? { deletionTimestamp: now.toISOString() } : {}),
    },
    spec: { source: {} },
    status: {
      readyToUse: one.ready,
      ...(one.cutAt === undefined ? {} : { creationTime: new Date(one.cutAt).toISOString() }),
      ...(one.content === undefined ? {} : { boundVolumeSnapshotContentName: one.content }),
    },
  })
  if (found === undefined) throw new Error(`${one.name} is not retained any more`)
  return found
}

function claims(all: readonly KeptSnapshot[]): Map<string | undefined, KeptSnapshot[]> {
  return Map.groupBy(
    all.filter((one) => one.ready),
    (one) => one.pvc ?? one.uid,
  )
}

function holds(property: (all: readonly KeptSnapshot[], by: RetentionRules) => void, numRuns = 2_000): void {
  fc.assert(fc.property(fleet, rules, property), { numRuns })
}

test('D16: the newest good one of every claim stays, whatever labels and rules say', () => {
  holds((all, by) => {
    const left = new Set(after(all, by).map((one) => one.uid))
    for (const good of claims(all).values()) {
      const newest = good.toSorted((a, b) => (b.cutAt ?? 0) - (a.cutAt ?? 0))[0]
      expect(good.some((one) => one.cutAt === newest?.cutAt && left.has(one.uid))).toBe(true)
    }
  })
})

test('so it is after any number of days without a new one', () => {
  holds((all, by) => {
    const before = claims(all)
    let left = all
    for (let day = 0; day < 5; day += 1) left = after(left, by, new Date(now.getTime() + day * 24 * HOUR))
    expect(new Set(claims(left).keys())).toEqual(new Set(before.keys()))
  }, 500)
})

test('removed is only what is ready, has retain and a real day that is over, and neither hold nor kept tier', () => {
  holds((all, by) => {
    for (const { action, snapshot, stays } of judge(all, { rules: by, now, zone })) {
      if (action !== 'delete') continue
      expect(snapshot).toMatchObject({ ready: true, visible: true, going: false })
      expect(snapshot.labels['salvage-kit.io/hold']).toBeUndefined()
      expect(['2026-11-19', '2026-11-20']).toContain(snapshot.labels['backup-ns.sh/delete-after'])
      expect(all.find((one) => one.uid === stays?.uid)).toMatchObject({ ready: true, pvc: snapshot.pvc })
    }
  })
})

test('each snapshot has one verdict with a reason, and no verdict touches a label of others', () => {
  holds((all, by) => {
    const verdicts = judge(all, { rules: by, now, zone })
    expect(verdicts.map(({ snapshot }) => snapshot)).toEqual(all)
    for (const { reason, change } of verdicts) {
      expect(reason).not.toBe('')
      for (const key of Object.keys(change)) expect(key).toMatch(/^(backup-ns\.sh|salvage-kit\.io)\//)
    }
  })
})

test('46, 47: verdicts that were carried out leave nothing to do on the same day', () => {
  holds((all, by) => {
    const left = after(all, by)
    const unsettled = judge(left, { rules: by, now, zone }).filter(
      ({ action, change }) => action === 'delete' || Object.keys(change).length > 0,
    )
    expect(unsettled).toEqual([])
  })
})

test('of each claim no more than n ready ones keep a tier, those that are held aside', () => {
  holds((all, by) => {
    for (const good of claims(after(all, by)).values())
      for (const tier of ['daily', 'weekly', 'monthly'] as const) {
        const members = good.filter(
          ({ tiers, visible, labels }) =>
            tiers[tier] !== undefined &&
            visible &&
            labels['salvage-kit.io/hold'] === undefined &&
            labels['backup-ns.sh/pvc'] !== undefined,
        )
        expect(members.length).toBeLessThanOrEqual(by[tier])
      }
  })
})

test('a mixed fleet: the pruner of backup-ns removes nothing today, and tomorrow only what we would', () => {
  holds((all, by) => {
    const left = after(all, by)
    const old: OldSnapshot[] = left.map((one) => ({ ...one, labels: { ...one.labels } }))
    // What is being removed already is no loss.
    const going = new Set(all.filter((one) => one.going).map((one) => one.name))
    const lost = (day: string): readonly string[] =>
      pruneAsTheOriginal(old, day, by).flatMap(({ name }) => (going.has(name) ? [] : name))
    expect(lost(today)).toEqual([])
    expect(lost(today)).toEqual([])
    const tomorrow = new Date(now.getTime() + 24 * HOUR)
    const ours = judge(left, { rules: by, now: tomorrow, zone }).flatMap(({ snapshot, action }) =>
      action === 'delete' ? snapshot.name : [],
    )
    expect(ours).toEqual(expect.arrayContaining([...lost(addDays(today, 1))]))
  }, 3_000)
})
