import { expect, test } from 'vitest'
import { activatedDescriptor } from './activation.ts'

test.each([
  [{ LISTEN_PID: '7', LISTEN_FDS: '1' }, 3],
  [{ LISTEN_PID: '7', LISTEN_FDS: '2' }, 3],
  [{ LISTEN_PID: '8', LISTEN_FDS: '1' }, undefined],
  [{ LISTEN_PID: '7', LISTEN_FDS: '0' }, undefined],
  [{ LISTEN_PID: '7' }, undefined],
  [{}, undefined],
])('%j: %s', (environment: Record<string, string>, expected) => {
  expect(activatedDescriptor(environment, 7)).toBe(expected)
})
