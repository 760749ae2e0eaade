import { expect, test } from 'vitest'
import { unknownLabels } from './unknown-labels.ts'

test('labels that mean something give no warning', () => {
  const labels = {
    'salvage.action': 'stop',
    'salvage.command.pre': 'a',
    'salvage.command.post': 'a',
    'salvage.command.exitcode': 'ignore',
    'salvage.command.user': '0',
    'salvage.user': '0',
    'salvage.command.timeout': '5m',
    'salvage.health.timeout': '5m',
    'salvage.tide.daily.crane.g:a.b': 'borg',
    'salvage.tide.daily': 'data',
    'salvage.crane.contract': '2',
    'salvage.crane.actions': 'lift',
    'salvage.crane.deduplicates': 'true',
    'com.example': 'x',
    'salvage-kit.run': 'x',
  }
  expect(unknownLabels({ name: 'web', labels })).toEqual([])
})

test.each([
  ['salvage.actoin', 'did you mean "salvage.action"?'],
  ['salvage.Action', 'did you mean "salvage.action"?'],
  ['salvage.command.exitcodes', 'did you mean "salvage.command.exitcode"?'],
  ['salvage.comand.pre', 'did you mean "salvage.command.pre"?'],
  ['salvage.command.before', 'the labels are '],
  ['salvage.tied.daily', 'did you mean "salvage.tide.daily"?'],
  ['salvage.tide.daily.cran.data', 'did you mean "salvage.tide.daily.crane.data"?'],
  ['salvage.tide.daily.crane', 'did you mean "salvage.tide.daily.crane.VOLUME"?'],
  ['salvage.tide.daily.grouping', 'salvage.tide.NAME.crane.VOLUME'],
  ['salvage.helth.timeout', 'did you mean "salvage.health.timeout"?'],
  ['salvage.something.else', 'the labels are '],
  ['salvage.crane.nightly.image', 'did you mean "salvage.cranes.nightly.image"?'],
])('%s', (key, hint) => {
  expect(unknownLabels({ name: 'web', labels: { [key]: 'x' } })).toEqual([
    {
      code: 'LABEL.UNKNOWN',
      message: `container web, label ${key}: it means nothing`,
      hint: expect.stringContaining(hint),
    },
  ])
})

const compose = (number: string): Readonly<Record<string, string>> => ({
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'db',
  'com.docker.compose.container-number': number,
})

test.each([
  [{}, 'dump:c'],
  [compose('1'), 'dump:shop/db'],
  [compose('2'), 'dump:shop/db/2'],
])('a label that is nearly one of a dump is about the database that is none: %j', (labels, about) => {
  expect(unknownLabels({ name: 'c', labels: { ...labels, 'salvage.dmp': 'auto' } })).toMatchObject([{ about }])
})

test('tides and cranes stand on the root container only', () => {
  const labels = { 'salvage.tides.d.cron': 'x', 'salvage.cranes.c.image': 'x' }
  expect(unknownLabels({ name: 'web', labels }).map(({ code }) => code)).toEqual(['LABEL.NOT_ROOT', 'LABEL.NOT_ROOT'])
  expect(unknownLabels({ name: 'root', labels: { ...labels, 'salvage.root': 'false' } })).toEqual([])
})
