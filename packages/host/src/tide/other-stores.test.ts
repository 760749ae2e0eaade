import { SalvageError } from '@salvage-kit/core'
import type { Store, Survey, Target, Tide } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { withOtherStores } from './other-stores.ts'

const own: Store = { ref: 'crane:own', crane: 'container', settings: {} }
const tide: Tide = {
  name: 'd',
  targets: ['docker:named'],
  grouping: 'smart',
  store: own,
  maxHoldMs: 1000,
  maxConcurrent: 1,
}

function target(name: string, more: Partial<Target>): Target {
  return { ref: `docker:${name}`, source: { medium: 'docker-volume', name }, tides: [], ...more }
}

function surveyOf(...targets: readonly Target[]): Survey {
  return { targets, workloads: [], problems: [] }
}

async function store(text: string): Promise<Store> {
  if (text === 'crane:gone') throw new SalvageError('STORE.UNKNOWN', 'there is no store "gone"', { hint: 'look' })
  return { ...own, ref: 'crane:other' }
}

test('targets of the tide go where their labels say, all others where the tide says', async () => {
  const found = await withOtherStores(
    surveyOf(
      target('a', { tides: ['d'], stores: { d: 'other' } }),
      target('named', { stores: { d: 'other' } }),
      target('plain', { tides: ['d'] }),
      target('elsewhere', { tides: ['e'], stores: { d: 'other', e: 'other' } }),
    ),
    tide,
    'd',
    store,
  )
  expect(Object.keys(found.tide.storeOf ?? {})).toEqual(['docker:a', 'docker:named'])
  expect(found.survey.problems).toEqual([])
})

test('a crane that is not there skips its target and nothing else', async () => {
  const { survey, tide: resolved } = await withOtherStores(
    surveyOf(target('a', { tides: ['d'], stores: { d: 'gone' } })),
    tide,
    'd',
    store,
  )
  expect(resolved.storeOf).toBeUndefined()
  expect(survey.problems).toEqual([
    {
      code: 'STORE.UNKNOWN',
      message: 'docker:a in tide d: there is no store "gone"',
      hint: 'look',
      target: 'docker:a',
    },
  ])
})
