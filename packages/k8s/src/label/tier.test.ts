import { expect, test } from 'vitest'
import { tierIdentity, tiersOf } from './tier.ts'

test.each([
  ['2022-05-21', 'w20', '2022-05'],
  ['2024-12-29', 'w52', '2024-12'],
  ['2024-12-30', 'w01', '2024-12'],
  ['2025-01-01', 'w01', '2025-01'],
  ['2025-01-06', 'w02', '2025-01'],
  ['2026-12-31', 'w53', '2026-12'],
  ['2027-01-01', 'w53', '2027-01'],
  ['2027-01-03', 'w53', '2027-01'],
  ['2027-01-04', 'w01', '2027-01'],
  ['2021-01-01', 'w53', '2021-01'],
  ['2022-01-01', 'w52', '2022-01'],
])('7: the tiers of %s are %s and %s', (day, weekly, monthly) => {
  expect(tiersOf(day)).toEqual({ daily: day, weekly, monthly })
})

test('7, 9: a week is that of the year nearest to when it was made, in both forms of the label', () => {
  expect(tierIdentity('weekly', 'w01', '2024-12-30')).toBe('2025-w01')
  expect(tierIdentity('weekly', '2024-w01', '2024-12-30')).toBe('2025-w01')
  expect(tierIdentity('weekly', 'w52', '2024-12-29')).toBe(tierIdentity('weekly', '2024-w52', '2024-12-29'))
  expect(tierIdentity('weekly', 'w53', '2027-01-04')).toBe('2026-w53')
  expect(tierIdentity('weekly', 'w01', '2026-12-31')).toBe('2027-w01')
  expect(tierIdentity('weekly', 'by hand', '2026-12-31')).toBe('by hand')
})

test('D17: the same week of another year is another holder', () => {
  expect(tierIdentity('weekly', 'w47', '2025-11-20')).not.toBe(tierIdentity('weekly', 'w47', '2026-11-21'))
})
