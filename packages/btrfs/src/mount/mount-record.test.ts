import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { assert, asyncProperty, constantFrom, oneof, string, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { forgetMount, forgetMounts, recordedMounts, recordMount } from './mount-record.ts'

const ids = async (path: string, volume: string): Promise<readonly string[]> =>
  (await recordedMounts(path, volume)).map(({ id }) => id).toSorted()

test('an id counts once, however often it is asked for', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'not', 'yet')
  await Promise.all(['a', 'b', 'a'].map(async (id) => recordMount(path, 'v', id)))
  expect(await ids(path, 'v')).toEqual(['a', 'b'])
  await forgetMount(path, 'v', 'a')
  await forgetMount(path, 'v', 'a')
  expect(await ids(path, 'v')).toEqual(['b'])
  await forgetMount(path, 'v', 'b')
  expect(readdirSync(path)).toEqual([])
})

test('what nobody mounted can be forgotten', async () => {
  using folder = temporaryDirectory()
  await forgetMount(join(folder.path, 'none'), 'v', 'x')
  await forgetMounts(join(folder.path, 'none'), 'v')
  expect(await ids(folder.path, 'v')).toEqual([])
})

test('mounting while the last mount is given back keeps the new one', async () => {
  using folder = temporaryDirectory()
  for (let round = 0; round < 50; round += 1) {
    await recordMount(folder.path, 'v', 'old')
    await Promise.all([forgetMount(folder.path, 'v', 'old'), recordMount(folder.path, 'v', 'new')])
    expect(await ids(folder.path, 'v')).toEqual(['new'])
    await forgetMounts(folder.path, 'v')
  }
})

test('no id reaches another place, and each is told from the others', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'mounts')
  mkdirSync(path)
  const odd = uniqueArray(
    oneof(string({ unit: 'binary' }), constantFrom('..', '.', '', '/etc', 'a/../../b', 'a\0b', 'x'.repeat(500))),
    { maxLength: 8 },
  )
  await assert(
    asyncProperty(odd, async (some) => {
      for (const id of some) await recordMount(path, 'v', id)
      expect(await ids(path, 'v')).toHaveLength(some.length)
      expect(readdirSync(folder.path)).toEqual(['mounts'])
      for (const id of some) await forgetMount(path, 'v', id)
      expect(readdirSync(path)).toEqual([])
    }),
    { numRuns: 100 },
  )
})
