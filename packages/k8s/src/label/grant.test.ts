import { expect, test } from 'vitest'
import { kept, type KeptOptions } from '../../test/retention/kept.ts'
import { grant } from './grant.ts'

const zone = 'Europe/Vienna'
const today = { daily: '2026-11-21', weekly: 'w47', monthly: '2026-11' }

function fresh(name: string, day = '2026-11-21', more: KeptOptions = {}): ReturnType<typeof kept> {
  const labels = { retain: undefined, 'salvage-kit.io/retain': 'daily_weekly_monthly', 'salvage-kit.io/tier-day': day }
  return kept(name, { ...more, labels: { ...labels, ...more.labels } })
}

const all = {
  'backup-ns.sh/retain': 'daily_weekly_monthly',
  'salvage-kit.io/retain': null,
  'backup-ns.sh/daily': '2026-11-21',
  'backup-ns.sh/weekly': 'w47',
  'backup-ns.sh/monthly': '2026-11',
}

test('2: the first of a claim gets all tiers of its day', () => {
  expect(grant(fresh('one'), [], zone)).toEqual(all)
})

test('4, D2: what another claim has is free', () => {
  expect(grant(fresh('one', undefined, { pvc: 'uploads' }), [kept('other', { labels: today })], zone)).toEqual(all)
})

test('D1: what one has that is not ready is free', () => {
  expect(grant(fresh('one'), [kept('broken', { ready: false, labels: today })], zone)).toEqual(all)
})

test('nothing is granted before it is ready, to one that goes by days, or twice', () => {
  expect(grant(fresh('one', undefined, { ready: false }), [], zone)).toEqual({})
  expect(grant(kept('two', { labels: { retain: 'days' } }), [], zone)).toEqual({})
  expect(grant(kept('three', { labels: today }), [], zone)).toEqual({})
})

test('2: only the tiers that are free', () => {
  const other = kept('other', { cut: '2026-11-20T12:00:00Z', labels: { weekly: '2026-w47', monthly: '2026-11' } })
  expect(grant(fresh('one'), [other], zone)).toEqual({
    'backup-ns.sh/retain': 'daily_weekly_monthly',
    'salvage-kit.io/retain': null,
    'backup-ns.sh/daily': '2026-11-21',
  })
})

test('a ready one always gets a tier, though all be taken: else the pruner of backup-ns would mark it', () => {
  expect(grant(fresh('one'), [kept('other', { labels: today })], zone)).toEqual({
    'backup-ns.sh/retain': 'daily_weekly_monthly',
    'salvage-kit.io/retain': null,
    'backup-ns.sh/daily': '2026-11-21',
    'salvage-kit.io/extra': 'daily',
  })
})

test('11, D12: a dump over midnight takes the day on which its run began, and the next run has its own', () => {
  const over = fresh('over', '2026-11-20', { cut: '2026-11-20T23:20:00Z' })
  expect(grant(over, [], zone)).toMatchObject({ 'backup-ns.sh/daily': '2026-11-20' })
  const first = kept('over', {
    cut: '2026-11-20T23:20:00Z',
    labels: { daily: '2026-11-20', weekly: 'w47', monthly: '2026-11' },
  })
  expect(grant(fresh('next', '2026-11-21', { cut: '2026-11-20T23:32:00Z' }), [first], zone)).toEqual({
    'backup-ns.sh/retain': 'daily_weekly_monthly',
    'salvage-kit.io/retain': null,
    'backup-ns.sh/daily': '2026-11-21',
  })
})

test('D17: a week of a year ago takes nothing from this one', () => {
  const old = kept('old', { cut: '2025-11-20T12:00:00Z', labels: { weekly: 'w47' } })
  expect(grant(fresh('one'), [old], zone)).toMatchObject({ 'backup-ns.sh/weekly': 'w47' })
})

test('what a pruner of backup-ns marked in between is unmarked', () => {
  const marked = kept('one', { labels: { 'delete-after': '2026-11-21', 'salvage-kit.io/tier-day': '2026-11-21' } })
  expect(grant(marked, [], zone)).toMatchObject({
    'backup-ns.sh/delete-after': null,
    'backup-ns.sh/daily': '2026-11-21',
  })
})
