import { expect, test } from 'vitest'
import { newRunId, RUN_ID } from './run-id.ts'

const now = new Date('2026-11-21T08:00:12.345Z')

test('a run id tells the second and the random part', () => {
  expect(newRunId(now, '4f9a2c')).toBe('20261121t080012z-4f9a2c')
})

test.each(['4F9A', '4f-9a_', '{4f9a}', 'ä4f9a'])('%j leaves a safe name', (random) => {
  expect(newRunId(now, random)).toBe(
    '20261121t080012z-4f9a'.replace('-4f9a', `-${random.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`),
  )
  expect(newRunId(now, random)).toMatch(RUN_ID)
})

test('nothing random is a bug', () => {
  expect(() => newRunId(now, '-')).toThrow(RangeError)
})
