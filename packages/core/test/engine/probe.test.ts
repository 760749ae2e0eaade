import { expect, test } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { probe } from '../../src/run/probe.ts'
import { changed, withCrane } from './changed.ts'
import { never, world } from './world.ts'

const nothing = { targets: [], workloads: [], problems: [] }
const stores = [memoryStore]
const signal = never
const there = world({ snapshots: false, deduplicates: true })

test('asks what can be done with each store', async () => {
  const asked = await probe(there.rig, nothing, { signal, stores })
  expect(asked.stores).toEqual({ 'memory:store': { archives: true, deduplicates: true } })
  expect((await probe(there.rig, nothing, { signal, stores: [] })).stores).toEqual({})
  const strange = { ...memoryStore, crane: 'strange' }
  expect((await probe(there.rig, nothing, { signal, stores: [strange] })).stores).toEqual({})
})

test('a crane that cannot be asked deduplicates nothing, and has the archives that it has', async () => {
  const silent = changed(there, ({ cranes = [] }) => ({
    cranes: cranes.map((crane) => {
      const plain = { ...crane }
      delete plain.abilities
      return plain
    }),
  }))
  const asked = await probe(silent, nothing, { signal, stores })
  expect(asked.stores).toEqual({ 'memory:store': { archives: true, deduplicates: false } })
})

test('a store that cannot be asked now stands in no answer; a bug and an abort are none', async () => {
  const failing = (reason: Error): ReturnType<typeof withCrane> =>
    withCrane(there, () => ({
      abilities: async () => {
        throw reason
      },
    }))
  const away = failing(new SalvageError('CRANE.IMAGE_MISSING', 'no image yet'))
  expect((await probe(away, nothing, { signal, stores })).stores).toEqual({})
  await expect(probe(failing(new TypeError('a bug')), nothing, { signal, stores })).rejects.toThrow('a bug')
  const aborted = AbortSignal.abort(new Error('enough'))
  await expect(probe(there.rig, nothing, { signal: aborted, stores })).rejects.toThrow('enough')
})
