import { expect, it } from 'vitest'
import { bytesOf, larger } from './quantity.ts'

it.each([
  ['1Gi', 1_073_741_824],
  ['1G', 1e9],
  ['1500M', 1.5e9],
  ['12e6', 12e6],
  ['12E6', 12e6],
  ['1E', 1e18],
  ['0.5Ki', 512],
  ['128974848000m', 128_974_848],
  ['7', 7],
])('%s is %d bytes', (quantity, bytes) => {
  expect(bytesOf(quantity)).toBe(bytes)
})

it.each(['', 'Gi', '1 Gi', '1gi', '1Gib', 'many'])('%j is no quantity', (text) => {
  expect(bytesOf(text)).toBeUndefined()
})

it('tells the larger one, whatever the units', () => {
  expect(larger('1Gi', '1G')).toBe('1Gi')
  expect(larger('1Gi', '1073741825')).toBe('1073741825')
  expect(larger(undefined, '1G')).toBe('1G')
  expect(larger('1G', 'what')).toBe('1G')
  expect(larger(undefined, undefined)).toBeUndefined()
})
