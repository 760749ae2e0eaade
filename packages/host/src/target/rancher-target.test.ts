import { reference } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { covers, isPattern } from './rancher-target.ts'

const ALL = [
  'rancher:app',
  'rancher:app/db',
  'rancher:app/web/db',
  'rancher:shop/db',
  'rancher:prod:app',
  'rancher:prod:app/db',
  'rancher-db:cattle',
  'k8s:app/db',
  'dump:shop/db',
  'dump:pg',
]

test.each<readonly [string, readonly string[]]>([
  ['rancher:*', ALL.slice(0, 6)],
  ['rancher:app/*', ['rancher:app/db', 'rancher:app/web/db']],
  ['rancher:*/*', ['rancher:app/db', 'rancher:app/web/db', 'rancher:shop/db', 'rancher:prod:app/db']],
  ['rancher:*/db', ['rancher:app/db', 'rancher:shop/db', 'rancher:prod:app/db']],
  ['rancher:prod:*', ['rancher:prod:app', 'rancher:prod:app/db']],
  ['rancher:prod:app/*', ['rancher:prod:app/db']],
  ['rancher:app', ['rancher:app']],
  ['rancher-db:*', ['rancher-db:cattle']],
  ['rancher:none/*', []],
  ['dump:*', ['dump:shop/db', 'dump:pg']],
  ['dump:pg', ['dump:pg']],
])('%s means %j', (pattern, meant) => {
  expect(isPattern(reference(pattern))).toBe(pattern.includes('*'))
  expect(ALL.filter((one) => covers(reference(pattern), reference(one)))).toEqual(meant)
})

test('what is wider covers what is narrower, and never the other way', () => {
  expect(covers('rancher:*', 'rancher:prod:*')).toBe(true)
  expect(covers('rancher:prod:*', 'rancher:*')).toBe(false)
  expect(covers('rancher:*', 'rancher:app/*')).toBe(true)
  expect(covers('rancher:app/*', 'rancher:*')).toBe(false)
  expect(covers('docker:*', 'docker:x')).toBe(false)
})
