import { expect, test } from 'vitest'
import { closest, didYouMean } from './suggestion.ts'

test.each([
  ['dialy', ['daily', 'weekly'], 'daily'],
  ['Stop', ['stop', 'pause'], 'stop'],
  ['kep', ['keep', 'to'], 'keep'],
  ['maxconcurent', ['maxHold', 'maxConcurrent'], 'maxConcurrent'],
  ['b', ['a', 'c'], undefined],
  ['xyz', ['stop', 'pause'], undefined],
  ['db', ['web'], undefined],
  ['hourly', ['daily', 'yearly'], undefined],
  ['anything', [], undefined],
  ['', ['a'], undefined],
])('%j among %j is %j', (word, candidates, meant) => {
  expect(closest(word, candidates)).toBe(meant)
})

test('of equally near ones the first by name, wherever it stands', () => {
  expect(closest('cat', ['hat', 'bat'])).toBe('bat')
  expect(closest('cat', ['bat', 'hat'])).toBe('bat')
})

test('as a question', () => {
  expect(didYouMean('dialy', ['daily'])).toBe('did you mean "daily"?')
  expect(didYouMean('x', ['daily'])).toBeUndefined()
})
