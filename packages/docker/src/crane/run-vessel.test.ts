import { expect, test } from 'vitest'
import { sentBy } from './run-vessel.ts'

test.each([[1], [2], [3], [9], [15], [0], [35]])('signal %i through the engine ends a container', (signal) => {
  expect(sentBy([10, signal])).toMatch(/^it was sent \S.* through the engine$/)
})

test('signals that end nothing are harmless', () => {
  expect(sentBy([10, 12, 18, 28])).toBeUndefined()
  expect(sentBy([])).toBeUndefined()
})
