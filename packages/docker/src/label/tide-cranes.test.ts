import { expect, test } from 'vitest'
import type { Volume } from '../engine.ts'
import { craneKey, tideCranes } from './tide-cranes.ts'
import { tideVolumes } from './tide-labels.ts'

const volume = (name: string, key?: string): Volume => ({
  name,
  driver: 'local',
  mountpoint: `/v/${name}/_data`,
  labels: { 'com.docker.compose.project': 'p1', ...(key === undefined ? {} : { 'com.docker.compose.volume': key }) },
  driverOptions: {},
})
const VOLUMES = [volume('p1_data', 'data'), volume('p1_lo.gs', 'lo.gs'), volume('plain')]

function read(...labels: readonly Record<string, string>[]): ReturnType<typeof tideCranes> {
  const carriers = labels.map((own, index) => ({
    name: `c${String(index)}`,
    labels: { 'com.docker.compose.project': 'p1', ...own },
  }))
  return tideCranes(carriers, VOLUMES, tideVolumes(carriers, VOLUMES))
}

test('a volume by its compose name, by its exact name, and one with a dot', () => {
  const { stores, problems } = read({
    'salvage.tide.d': 'data,lo.gs,g:plain',
    'salvage.tide.e': 'data',
    'salvage.tide.d.crane.data': 'borg',
    'salvage.tide.d.crane.lo.gs': ' tar ',
    'salvage.tide.d.crane.g:plain': 'tar',
    'salvage.tide.e.crane.g:p1_data': 'other',
  })
  expect(problems).toEqual([])
  expect(Object.fromEntries(stores)).toEqual({
    p1_data: { d: 'borg', e: 'other' },
    'p1_lo.gs': { d: 'tar' },
    plain: { d: 'tar' },
  })
})

test.each([
  [{ 'salvage.tide.d': 'data', 'salvage.tide.d.crane.dta': 'x' }, 'LABEL.VOLUME_UNKNOWN', 'd'],
  [{ 'salvage.tide.d': 'data', 'salvage.tide.d.crane.data': ' ' }, 'LABEL.CRANE', 'd'],
  [{ 'salvage.tide.d': 'data', 'salvage.tide.d.crane.g:plain': 'x' }, 'LABEL.CRANE', undefined],
  [{ 'salvage.tide.d': 'data', 'salvage.tide.x.crane.data': 'x' }, 'LABEL.CRANE', undefined],
])('%j is a problem, and the crane of the tide stays', (labels, code, tide) => {
  const { stores, problems } = read(labels)
  expect(stores).toEqual(new Map())
  expect(problems.map((problem) => [problem.code, problem.tide])).toEqual([[code, tide]])
})

test('two carriers that disagree: neither counts; that agree: fine', () => {
  const data = { 'salvage.tide.d': 'data' }
  const twice = read({ ...data, 'salvage.tide.d.crane.data': 'a' }, { 'salvage.tide.d.crane.g:p1_data': 'b' })
  expect(twice.stores).toEqual(new Map())
  expect(twice.problems).toEqual([
    {
      code: 'LABEL.CRANE',
      message:
        'container c1, label salvage.tide.d.crane.g:p1_data: it says b, and container c0, label salvage.tide.d.crane.data says a',
      hint: 'say it once',
      tide: 'd',
    },
  ])
  const same = read({ ...data, 'salvage.tide.d.crane.data': 'a' }, { 'salvage.tide.d.crane.g:p1_data': 'a' })
  expect(same).toEqual({ stores: new Map([['p1_data', { d: 'a' }]]), problems: [] })
})

test.each([
  ['salvage.tide.d.crane.data', { tide: 'd', item: 'data' }],
  ['salvage.tide.d.crane.g:a.b', { tide: 'd', item: 'g:a.b' }],
  ['salvage.tide.d.crane', undefined],
  ['salvage.tide.d.crane.', undefined],
  ['salvage.tide..crane.data', undefined],
  ['salvage.tides.d.crane.data', undefined],
  ['salvage.tide.d', undefined],
])('the parts of %s', (key, parts) => {
  expect(craneKey(key)).toEqual(parts)
})
