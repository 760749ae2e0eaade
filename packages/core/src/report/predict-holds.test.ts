import { expect, test } from 'vitest'
import { capabilities, options, store, survey, target, tide, workload } from '../../test/plan/build.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { Tide } from '../plan/tide.ts'
import { predictHolds } from './predict-holds.ts'
import type { GroupReport, RunReport } from './report.ts'

const warm = { ...capabilities, stores: { [store.ref]: { archives: true, deduplicates: true } } }

function planOf(more: Partial<Tide> = {}): Plan {
  return makePlan(survey([target('a')], [workload('web', ['a'])]), warm, tide({ hold: 'copy', ...more }), options)
}

/** A good run of that plan, `day` days after the first. */
function reportOf(day: number, holdMs: number, more: Partial<GroupReport> = {}): RunReport {
  const at = new Date(Date.UTC(2026, 10, 1 + day)).toISOString()
  const point = {
    kind: 'archive',
    id: `p${String(day)}`,
    target: 'docker:a',
    store: store.ref,
    takenAt: at,
    state: 'good',
  } as const
  const group: GroupReport = {
    id: 'g1',
    targets: [{ target: 'docker:a', outcome: 'good', point, findings: [] }],
    holdMs,
    way: 'copy',
    workloads: ['docker:web'],
    ...more,
  }
  const rest = { aborted: false, skipped: [], stuck: [], warnings: [] }
  return {
    version: 1,
    runId: `r${String(day)}`,
    kind: 'run',
    startedAt: at,
    endedAt: at,
    outcome: 'good',
    groups: [group],
    ...rest,
  }
}

function predicted(past: readonly RunReport[], more: Partial<Tide> = {}): number | undefined {
  return predictHolds(planOf(more), past).groups[0]?.predictedHoldMs
}

test('without a past nothing is predicted', () => {
  expect(predicted([])).toBeUndefined()
  expect(predictHolds(planOf(), [])).toStrictEqual(planOf())
})

test('the median of the last five, in whatever order they are told', () => {
  const past = [9000, 1000, 2000, 3000, 4000, 5000].map((holdMs, day) => reportOf(day, holdMs))
  expect(predicted(past)).toBe(3000)
  expect(predicted(past.toReversed())).toBe(3000)
  expect(predicted(past.slice(0, 2))).toBe(5000)
})

test.each<[string, Partial<GroupReport>]>([
  ['a tainted one', { tainted: 'web rose' }],
  ['one whose copy failed', { targets: [{ target: 'docker:a', outcome: 'failed', findings: [] }] }],
  ['one in another way', { way: 'warm' }],
  ['one of other workloads', { workloads: ['docker:web', 'docker:db'] }],
])('%s tells nothing', (_name, more) => {
  expect(predicted([reportOf(0, 1000, more)])).toBeUndefined()
})

test('a hold that waits for a copy depends on the store, a warm one is no copy', () => {
  const other = { ...store, ref: 'archive:/elsewhere' } as const
  expect(predicted([reportOf(0, 1000)], { store: other })).toBeUndefined()
  expect(predicted([reportOf(0, 1000)], { hold: 'auto' })).toBeUndefined()
  expect(predicted([reportOf(0, 1000, { way: 'warm' })], { hold: 'auto' })).toBe(1000)
})

test('a report of an older version, which does not say its way, tells nothing', () => {
  const report = reportOf(0, 1000)
  const groups = report.groups.map(({ way: _way, ...group }) => group)
  expect(predicted([{ ...report, groups }])).toBeUndefined()
})

test('restores tell nothing, and a prediction of the plan itself goes', () => {
  expect(predicted([{ ...reportOf(0, 1000), kind: 'restore' }])).toBeUndefined()
  const before = predictHolds(planOf(), [reportOf(0, 1000)])
  expect(predictHolds(before, [])).toStrictEqual(planOf())
})
