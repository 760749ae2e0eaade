import { readdirSync } from 'node:fs'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { stateIdOf } from './state-id.ts'

test('one for a directory, whoever asks first, and another for another', async () => {
  using one = temporaryDirectory('salvage-state-')
  using two = temporaryDirectory('salvage-state-')
  const ids = new Set(await Promise.all(Array.from({ length: 8 }, () => stateIdOf({ home: one.path }))))
  expect(ids.size).toBe(1)
  expect(ids).not.toContain(await stateIdOf({ home: two.path }))
  expect(ids).toContain(await stateIdOf({ home: one.path }))
  expect(readdirSync(one.path)).toEqual(['id'])
})
