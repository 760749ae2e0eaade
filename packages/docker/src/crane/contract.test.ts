import { hasArchives } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { readContract } from './contract.ts'

const crane = { name: 'c', settings: { image: 'i', pull: 'never', env: {}, mounts: {} } } as const
const contract = (version: string, actions?: string, deduplicates?: string): Record<string, string> => ({
  'salvage.crane.contract': version,
  ...(actions === undefined ? {} : { 'salvage.crane.actions': actions }),
  ...(deduplicates === undefined ? {} : { 'salvage.crane.deduplicates': deduplicates }),
})

test('an image that says nothing, or 1, only writes', () => {
  for (const labels of [{}, contract('1', 'lift,lower,list,forget', 'true'), { maintainer: 'x' }]) {
    const read = readContract(labels, crane)
    expect(read).toEqual({ version: 1, actions: new Set(['lift']), deduplicates: false })
    expect(hasArchives(read)).toBe(false)
  }
})

test.each([
  ['lift', false],
  ['lift,lower,list', false],
  ['lift,list,forget,check', false],
  ['forget , list,lower,lift', true],
  ['lift,lower,list,check,forget,dance', true],
])('with the actions %s its archives can be used: %s', (actions, archives) => {
  expect(hasArchives(readContract(contract('2', actions), crane))).toBe(archives)
})

test('deduplicates only when it says true', () => {
  expect(readContract(contract('2', 'lift', ' true '), crane).deduplicates).toBe(true)
  for (const text of ['', 'yes', 'false'])
    expect(readContract(contract('2', 'lift', text), crane).deduplicates).toBe(false)
})

test.each([[contract('3', 'lift')], [contract('', 'lift')], [contract('2')], [contract('2', 'list,lower')]])(
  '%j is refused',
  (labels) => {
    expect(() => readContract(labels, crane)).toThrow(expect.objectContaining({ code: 'CRANE.CONTRACT' }))
  },
)
