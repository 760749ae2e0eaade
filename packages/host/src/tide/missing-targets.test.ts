import type { Survey, Target, Tide } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { withoutMissing } from './missing-targets.ts'

const there: Target = { ref: 'dir:/there', source: { medium: 'directory', path: '/there' }, tides: [] }
const survey: Survey = {
  targets: [there],
  workloads: [],
  problems: [{ code: 'DIRECTORY.MISSING', message: 'there is no directory /lost', target: 'dir:/lost' }],
}
const tide: Tide = {
  name: 'nightly',
  targets: ['dir:/there', 'dir:/lost', 'docker:gone'],
  grouping: 'smart',
  store: { ref: 'archive:/b', crane: 'archive', settings: {} },
  maxHoldMs: 1,
  maxConcurrent: 1,
}

test('a tide goes on without what is not there, and says so', () => {
  const found = withoutMissing(survey, tide)
  expect(found.tide.targets).toEqual(['dir:/there'])
  expect(found.survey.problems).toEqual([
    { code: 'DIRECTORY.MISSING', message: 'there is no directory /lost', target: 'dir:/lost', tide: 'nightly' },
    expect.objectContaining({ code: 'TARGET.UNKNOWN', target: 'docker:gone', tide: 'nightly' }),
  ])
})

test('targets that a person named stay as they are', () => {
  const { name: _name, ...byHand } = tide
  expect(withoutMissing(survey, byHand)).toEqual({ survey, tide: byHand })
})
