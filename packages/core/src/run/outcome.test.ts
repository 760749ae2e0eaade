import { expect, it } from 'vitest'
import type { GroupReport, Outcome } from '../report/report.ts'
import { outcomeOf } from './outcome.ts'

function group(...outcomes: readonly Outcome[]): GroupReport {
  return { id: 'g', targets: outcomes.map((outcome) => ({ target: 'dir:/x', outcome, findings: [] })) }
}

const findings = [{ code: 'A.B', message: 'not as before' }]

it.each<[Outcome, readonly GroupReport[], number]>([
  ['good', [group('good', 'good'), group('good')], 0],
  ['partial', [group('good')], 1],
  ['partial', [group('good', 'failed')], 0],
  ['partial', [group('partial')], 0],
  ['partial', [{ ...group('good'), findings }], 0],
  ['failed', [group('failed')], 0],
  ['failed', [group('failed')], 3],
  ['failed', [], 2],
  // Nothing copied is no success.
  ['failed', [], 0],
  ['failed', [group()], 0],
])('is %s', (outcome, groups, skipped) => {
  expect(outcomeOf(groups, skipped)).toBe(outcome)
})
