import { describe, expect, test } from 'vitest'
import { kept } from '../../test/retention/kept.ts'
import { changed } from '../label/label-change.ts'
import type { KeptSnapshot } from '../label/kept-snapshot.ts'
import { addDays } from '../label/day.ts'
import { judge } from './judge.ts'
import { DEFAULT_RULES, type RetentionRules } from './rules.ts'
import type { RetentionVerdict } from './verdict.ts'

const zone = 'Europe/Vienna'
const now = new Date('2026-11-21T12:30:00Z')

function verdictsOf(
  snapshots: readonly KeptSnapshot[],
  rules: RetentionRules = DEFAULT_RULES,
  at = now,
): { readonly [name: string]: RetentionVerdict } {
  return Object.fromEntries(judge(snapshots, { rules, now: at, zone }).map((one) => [one.snapshot.name, one]))
}

/** The newest good one, with all tiers of today. */
const newest = kept('newest', { labels: { daily: '2026-11-21', weekly: 'w47', monthly: '2026-11' } })

/** One a day, each with its daily tier. */
function days(count: number, pvc = 'data'): readonly KeptSnapshot[] {
  return Array.from({ length: count }, (_, n) => {
    const day = addDays('2026-11-21', -n)
    return kept(`${pvc}-${day}`, { pvc, cut: `${day}T00:32:00Z`, labels: { daily: day } })
  })
}

test('4: the newest 7 daily of each claim of a namespace stay, the others are marked', () => {
  const verdicts = judge([...days(10), ...days(10, 'uploads')], { rules: DEFAULT_RULES, now, zone })
  const marked = verdicts.filter(({ action }) => action === 'mark').map(({ snapshot }) => snapshot.name)
  expect(marked).toEqual([
    ...['2026-11-14', '2026-11-13', '2026-11-12'].map((day) => `data-${day}`),
    ...['2026-11-14', '2026-11-13', '2026-11-12'].map((day) => `uploads-${day}`),
  ])
  const last = verdicts.find(({ snapshot }) => snapshot.name === 'data-2026-11-14')
  expect(last).toMatchObject({
    change: { 'backup-ns.sh/daily': null, 'backup-ns.sh/delete-after': '2026-11-21' },
    reason: 'beyond the newest 7 daily',
  })
  expect(verdicts[1]?.reason).toBe('daily 2026-11-20 (2 of 7)')
})

test('34: the age is that of the cut, not that of the object', () => {
  const rebound = kept('rebound', {
    cut: '2026-10-01T00:00:00Z',
    made: '2026-11-21T12:29:00Z',
    labels: { daily: '2026-10-01' },
  })
  expect(verdictsOf([...days(7), rebound])['rebound']?.action).toBe('mark')
})

test('36: marked today, it goes on the first run of tomorrow; a date goes on the day after it', () => {
  const marked = kept('marked', { cut: '2026-11-01T00:00:00Z', labels: { 'delete-after': '2026-11-21' } })
  const dated = kept('dated', { cut: '2026-11-02T00:00:00Z', labels: { retain: 'days', 'delete-after': '2026-11-22' } })
  const on = (time: string): readonly unknown[] => {
    const verdicts = verdictsOf([newest, marked, dated], DEFAULT_RULES, new Date(time))
    return [verdicts['marked']?.action, verdicts['dated']?.action]
  }
  expect(on('2026-11-21T22:59:00Z')).toEqual(['keep', 'keep'])
  expect(on('2026-11-21T23:01:00Z')).toEqual(['delete', 'keep'])
  expect(on('2026-11-22T22:59:00Z')).toEqual(['delete', 'keep'])
  expect(on('2026-11-22T23:01:00Z')).toEqual(['delete', 'delete'])
})

test('37, O1: nothing has a delete-after, and nothing is wrong with that', () => {
  expect(judge([newest], { rules: DEFAULT_RULES, now, zone })).toMatchObject([{ action: 'keep', change: {} }])
  expect(judge([], { rules: DEFAULT_RULES, now, zone })).toEqual([])
})

test('39, D11: one that has a tier again stays, although its date is over, and the conflict is told', () => {
  const again = kept('again', {
    cut: '2026-11-10T00:00:00Z',
    labels: { 'delete-after': '2026-11-19', daily: '2026-11-10' },
  })
  expect(verdictsOf([newest, again])['again']).toMatchObject({
    action: 'unmark',
    change: { 'backup-ns.sh/delete-after': null },
    finding: { code: 'RETENTION.CONFLICT' },
  })
  const adhoc = kept('adhoc', {
    cut: '2026-11-10T00:00:00Z',
    labels: { retain: 'days', 'delete-after': '2026-11-19', daily: '2026-11-10' },
  })
  const verdict = verdictsOf([newest, adhoc])['adhoc']
  expect(verdict?.change).toEqual({
    'backup-ns.sh/delete-after': 'kept.tier',
    'salvage-kit.io/delete-after': '2026-11-19',
  })
})

test.each(['', '1', 'never', '2025-1-5', '2026-02-30', '2020-01-01x'])(
  'D10: a delete-after of %j never removes anything, and is told',
  (text) => {
    for (const retain of ['days', 'daily_weekly_monthly']) {
      const odd = kept('odd', { cut: '2026-11-01T00:00:00Z', labels: { retain, 'delete-after': text } })
      const later = new Date('2030-01-01T00:00:00Z')
      const verdict = verdictsOf([newest, odd], DEFAULT_RULES, later)['odd']
      expect(verdict).toMatchObject({ action: 'hold', finding: { code: 'RETENTION.UNREADABLE_DATE' } })
      const after = kept('odd', { cut: '2026-11-01T00:00:00Z', labels: changed(odd.labels, verdict?.change ?? {}) })
      expect(verdictsOf([newest, after], DEFAULT_RULES, later)['odd']).toMatchObject({ action: 'hold', change: {} })
    }
  },
)

test('D1: one that is not ready takes no place of a good one, gets no tier and is not removed', () => {
  const broken = kept('broken', {
    ready: false,
    cut: null,
    made: '2026-11-19T00:00:00Z',
    error: 'no space\nleft',
    labels: { daily: '2026-11-21', weekly: 'w47' },
  })
  const retry = kept('retry', {})
  const verdicts = verdictsOf([...days(8).slice(1), broken, retry])
  expect(verdicts['broken']).toMatchObject({
    action: 'hold',
    reason: 'not ready: no space left',
    change: {
      'backup-ns.sh/daily': null,
      'backup-ns.sh/weekly': null,
      'salvage-kit.io/daily': '2026-11-21',
      'salvage-kit.io/weekly': 'w47',
      'backup-ns.sh/delete-after': 'kept.not-ready',
    },
    finding: { code: 'RETENTION.NOT_READY', why: 'no space\nleft' },
  })
  expect(verdicts['retry']).toMatchObject({
    action: 'grant',
    change: { 'backup-ns.sh/daily': '2026-11-21', 'backup-ns.sh/weekly': 'w47', 'backup-ns.sh/monthly': '2026-11' },
  })
  const ready = kept('broken', {
    labels: { ...changed(broken.labels, verdicts['broken']?.change ?? {}), retain: undefined },
  })
  expect(verdictsOf([ready])['broken']?.change).toMatchObject({
    'backup-ns.sh/daily': '2026-11-21',
    'salvage-kit.io/daily': null,
    'backup-ns.sh/delete-after': null,
  })
})

test('D2, D3: one that was born without a tier gets the free ones of its day', () => {
  const uploads = kept('uploads', { pvc: 'uploads' })
  expect(verdictsOf([newest, uploads])['uploads']?.change).toEqual({
    'backup-ns.sh/daily': '2026-11-21',
    'backup-ns.sh/weekly': 'w47',
    'backup-ns.sh/monthly': '2026-11',
  })
})

test('D2: nor is it lost when the pruner of backup-ns marked it first; an older one without tiers is let go', () => {
  const marked = kept('marked', { pvc: 'uploads', labels: { 'delete-after': '2026-11-21' } })
  const older = kept('older', { pvc: 'uploads', cut: '2026-11-19T12:00:00Z' })
  const ours = kept('ours', {
    pvc: 'uploads',
    cut: '2026-11-20T12:00:00Z',
    labels: { 'salvage-kit.io/tier-day': '2026-11-20' },
  })
  const verdicts = verdictsOf([marked, older, ours])
  expect(verdicts['marked']).toMatchObject({
    action: 'unmark',
    change: { 'backup-ns.sh/daily': '2026-11-21', 'backup-ns.sh/delete-after': null },
  })
  expect([verdicts['older']?.action, verdicts['ours']?.action]).toEqual(['mark', 'mark'])
})

test('9: both forms of a week are members of one tier, and none loses its label for its form', () => {
  const legacy = kept('legacy', { cut: '2024-12-29T12:00:00Z', labels: { weekly: '2024-w52' } })
  const plain = kept('plain', { cut: '2024-12-22T12:00:00Z', labels: { weekly: 'w51' } })
  const verdicts = verdictsOf([legacy, plain, newest])
  expect([verdicts['legacy'], verdicts['plain']]).toMatchObject([{ change: {} }, { change: {} }])
  expect(verdictsOf([legacy, plain, newest], { ...DEFAULT_RULES, weekly: 2 })['plain']?.action).toBe('mark')
})

test('a rule of 0 keeps nothing but the last good one, which is shielded from the pruner of backup-ns', () => {
  const verdicts = verdictsOf([...days(3)], { daily: 0, weekly: 0, monthly: 0 })
  expect(Object.values(verdicts).map(({ action }) => action)).toEqual(['untier', 'mark', 'mark'])
  expect(verdicts['data-2026-11-21']?.change).toMatchObject({
    'backup-ns.sh/daily': null,
    'backup-ns.sh/delete-after': 'kept.last-good',
  })
})

test('D16: the last good one stays, although its days are over; a newer good one sets it free for tomorrow', () => {
  const old = kept('old', { cut: '2026-01-01T00:00:00Z', labels: { retain: 'days', 'delete-after': '2026-01-31' } })
  const broken = kept('broken', { ready: false })
  const verdict = verdictsOf([old, broken])['old']
  expect(verdict).toMatchObject({
    action: 'unmark',
    reason: 'the last good one of its claim (delete-after 2026-01-31)',
  })
  const shielded = kept('old', { cut: '2026-01-01T00:00:00Z', labels: changed(old.labels, verdict?.change ?? {}) })
  expect(shielded.labels['backup-ns.sh/delete-after']).toBe('kept.last-good')
  expect(verdictsOf([shielded, newest])['old']).toMatchObject({
    action: 'mark',
    change: { 'backup-ns.sh/delete-after': '2026-11-21', 'salvage-kit.io/delete-after': null },
  })
})

test('a hold stays for as long as its label stands, and is not removed on the day that it goes', () => {
  const labels = { 'delete-after': '2026-11-01', 'salvage-kit.io/hold': 'audit' }
  const held = kept('held', { cut: '2026-10-01T00:00:00Z', labels })
  const verdict = verdictsOf([newest, held])['held']
  expect(verdict).toMatchObject({ action: 'hold', reason: 'held: audit' })
  const { 'salvage-kit.io/hold': _, ...free } = changed(held.labels, verdict?.change ?? {})
  const freed = kept('held', { cut: '2026-10-01T00:00:00Z', labels: free })
  expect(verdictsOf([newest, freed])['held']?.change).toMatchObject({ 'backup-ns.sh/delete-after': '2026-11-21' })
})

test('without the label retain it stays for good and as it is, and still counts', () => {
  const kind = kept('kind', {
    cut: '2026-11-21T11:00:00Z',
    labels: { retain: undefined, daily: '2026-11-21', 'delete-after': '2020-01-01' },
  })
  const verdicts = verdictsOf([newest, kind, ...days(6).slice(1)], { ...DEFAULT_RULES, daily: 3 })
  expect(verdicts['kind']).toMatchObject({ action: 'hold', change: {} })
  expect(verdicts['data-2026-11-20']?.action).toBe('keep')
  expect(verdicts['data-2026-11-19']?.action).toBe('mark')
})

test('an extra tier goes when a newer good one stands, and stays when its holder has gone', () => {
  const labels = { daily: '2026-11-21', 'salvage-kit.io/extra': 'daily' }
  const extra = kept('extra', { cut: '2026-11-21T12:10:00Z', labels })
  expect(verdictsOf([newest, extra])['extra']).toMatchObject({ action: 'keep', change: {} })
  const next = kept('next', { cut: '2026-11-21T12:20:00Z', labels: { daily: '2026-11-22' } })
  expect(verdictsOf([newest, extra, next])['extra']).toMatchObject({
    action: 'mark',
    change: { 'backup-ns.sh/daily': null, 'salvage-kit.io/extra': null, 'backup-ns.sh/delete-after': '2026-11-21' },
  })
  expect(verdictsOf([extra, next])['extra']?.change).toEqual({ 'salvage-kit.io/extra': null })
})

test('a run that died before it granted: the next pruning does it', () => {
  const labels = {
    retain: undefined,
    'salvage-kit.io/retain': 'daily_weekly_monthly',
    'salvage-kit.io/tier-day': '2026-11-20',
  }
  expect(verdictsOf([kept('fresh', { labels })])['fresh']).toMatchObject({
    action: 'grant',
    change: {
      'backup-ns.sh/retain': 'daily_weekly_monthly',
      'salvage-kit.io/retain': null,
      'backup-ns.sh/daily': '2026-11-20',
    },
  })
  expect(verdictsOf([kept('fresh', { labels, ready: false, cut: null })])['fresh']).toMatchObject({
    action: 'hold',
    change: {},
  })
})

describe('what is not known', () => {
  test('one that does not say of which claim it is stays, and is told', () => {
    const lost = kept('lost', { labels: { pvc: undefined, retain: 'days', 'delete-after': '2020-01-01' } })
    expect(verdictsOf([newest, lost])['lost']).toMatchObject({
      action: 'hold',
      finding: { code: 'RETENTION.NO_CLAIM' },
    })
  })

  test('an unknown retain goes by its date alone', () => {
    const other = kept('other', {
      cut: '2026-11-01T00:00:00Z',
      labels: { retain: 'forever', 'delete-after': '2020-01-01' },
    })
    const none = kept('none', { cut: '2026-11-01T00:00:00Z', labels: { retain: 'forever' } })
    const verdicts = verdictsOf([newest, other, none])
    expect([verdicts['other']?.action, verdicts['none']?.action]).toEqual(['delete', 'keep'])
  })
})
