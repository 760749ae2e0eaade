import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'

const read = (slots: string): ReturnType<typeof parseConfig> => parseConfig(`kubernetes: { slots: ${slots} }`)

test('slots are lock files or Leases, with a number and a time', () => {
  expect(read('{ count: 2, timeout: 10m, directory: /var/lock/backup }').config).toEqual({
    kubernetes: { slots: { count: 2, timeout: 600_000, directory: '/var/lock/backup' } },
  })
  expect(read('{ count: 1, timeout: 90s, leases: { namespace: backup } }').config).toMatchObject({
    kubernetes: { slots: { leases: { namespace: 'backup' } } },
  })
})

test.each([
  ['{ count: 2, timeout: 10m }', 'either directory or leases'],
  ['{ count: 2, timeout: 10m, directory: /x, leases: { namespace: b } }', 'either directory or leases'],
  ['{ count: 0, timeout: 10m, directory: /x }', '0'],
  ['{ count: 1, timeout: soon, directory: /x }', 'not a duration'],
])('%s is refused', (slots, words) => {
  const { config, problems } = read(slots)
  expect(config).toBeUndefined()
  expect(problems).toMatchObject([
    { path: expect.stringContaining('kubernetes.slots'), message: expect.stringContaining(words) },
  ])
})
