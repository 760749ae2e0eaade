import { expect, test } from 'vitest'
import type { Volume } from '../engine.ts'
import { tideOf, tideVolumes } from './tide-labels.ts'

const volume = (name: string, project?: string, key?: string): Volume => ({
  name,
  driver: 'local',
  mountpoint: `/v/${name}/_data`,
  labels: {
    ...(project === undefined ? {} : { 'com.docker.compose.project': project }),
    ...(key === undefined ? {} : { 'com.docker.compose.volume': key }),
  },
  driverOptions: {},
})

const VOLUMES = [
  volume('p1_data', 'p1', 'data'),
  volume('p1_logs', 'p1', 'logs'),
  volume('p2_data', 'p2', 'data'),
  volume('twice_a', 'twice', 'data'),
  volume('twice_b', 'twice', 'data'),
  volume('plain'),
]

const carrier = (labels: Record<string, string>, project?: string): Parameters<typeof tideVolumes>[0][number] => ({
  name: 'web',
  labels: { ...labels, ...(project === undefined ? {} : { 'com.docker.compose.project': project }) },
})

test.each([
  ['an item of the own project', 'data', 'p1', { p1_data: ['d'] }],
  ['the same name in another project', 'data', 'p2', { p2_data: ['d'] }],
  ['several, with blanks and empty items', ' data ,, logs,', 'p1', { p1_data: ['d'], p1_logs: ['d'] }],
  ['an exact name', 'g:plain', 'p1', { plain: ['d'] }],
  ['an exact name on a carrier without a project', 'g:plain', undefined, { plain: ['d'] }],
  ['the same volume twice', 'data,g:p1_data', 'p1', { p1_data: ['d'] }],
  ['nothing', '', 'p1', {}],
])('%s', (_, value, project, tides) => {
  expect(tideVolumes([carrier({ 'salvage.tide.d': value }, project)], VOLUMES)).toEqual({
    tides: new Map(Object.entries(tides)),
    problems: [],
  })
})

test('several tides and carriers', () => {
  const { tides } = tideVolumes(
    [
      carrier({ 'salvage.tide.b': 'data', 'salvage.tide.a': 'data,logs' }, 'p1'),
      carrier({ 'salvage.tide.c': 'g:p1_data' }),
    ],
    VOLUMES,
  )
  expect(tides).toEqual(
    new Map([
      ['p1_data', ['a', 'b', 'c']],
      ['p1_logs', ['a']],
    ]),
  )
})

test.each([
  ['g:missing', 'p1', 'LABEL.VOLUME_UNKNOWN', undefined, 'docker:missing'],
  ['g:p1_dat', 'p1', 'LABEL.VOLUME_UNKNOWN', 'did you mean "p1_data"?', 'docker:p1_dat'],
  ['g:../../etc', 'p1', 'LABEL.VOLUME_UNKNOWN', undefined, undefined],
  ['dta', 'p1', 'LABEL.VOLUME_UNKNOWN', 'did you mean "data"?', undefined],
  ['plain', 'p1', 'LABEL.VOLUME_UNKNOWN', 'write g:plain for the volume of exactly this name', undefined],
  ['/srv/data', 'p1', 'LABEL.VOLUME_UNKNOWN', expect.any(String), undefined],
  ['data', undefined, 'LABEL.VOLUME_UNKNOWN', expect.stringContaining('g:NAME'), undefined],
  ['data', 'twice', 'LABEL.VOLUME_AMBIGUOUS', expect.stringContaining('g:twice_a'), undefined],
])('%s in project %s is a problem, and what stands beside it counts', (item, project, code, hint, target) => {
  const { tides, problems } = tideVolumes([carrier({ 'salvage.tide.d': `g:p2_data,${item}` }, project)], VOLUMES)
  expect(tides).toEqual(new Map([['p2_data', ['d']]]))
  expect(problems).toEqual([
    {
      code,
      message: expect.stringContaining('container web, label salvage.tide.d: '),
      why: expect.any(String),
      ...(hint === undefined ? {} : { hint }),
      tide: 'd',
      ...(target === undefined ? {} : { target }),
    },
  ])
})

test.each([
  ['salvage.tide.daily', 'daily'],
  ['salvage.tide.', undefined],
  ['salvage.tide.daily.crane', undefined],
  ['salvage.tides.daily', undefined],
  ['Salvage.tide.daily', undefined],
])('the tide of %s', (key, tide) => {
  expect(tideOf(key)).toBe(tide)
})
