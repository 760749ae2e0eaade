import { expect, test } from 'vitest'
import { mergeTides } from './merge-tides.ts'
import type { TideSource } from './merge-tides.ts'

function source(place: string, said: Partial<TideSource>): TideSource {
  return { name: 'nightly', placeOf: (setting) => `${place}${setting === undefined ? '' : ` ${setting}`}`, ...said }
}

test('what two places say of one tide adds up', () => {
  const { tides, problems } = mergeTides([
    source('file', { cron: '0 3 * * *', targets: ['dir:/a', 'docker:b'], maxHoldMs: 5 }),
    source('label', { cron: '0 3 * * *', grouping: 'smart', to: 'crane:borg', targets: ['docker:b', 'docker:c'] }),
    { ...source('file', {}), name: 'weekly' },
  ])
  expect(problems).toEqual([])
  expect([...tides.keys()]).toEqual(['nightly', 'weekly'])
  const nightly = tides.get('nightly')
  expect(nightly).toMatchObject({ cron: '0 3 * * *', grouping: 'smart', to: 'crane:borg', maxHoldMs: 5 })
  expect(nightly?.targets).toEqual(['dir:/a', 'docker:b', 'docker:c'])
  expect(nightly?.placeOf('grouping')).toBe('label grouping')
  expect(nightly?.placeOf('cron')).toBe('file cron')
})

test.each([
  ['cron', { cron: '0 3 * * *' }, { cron: '0 4 * * *' }],
  ['grouping', { grouping: 'smart' as const }, { grouping: 'project' as const }],
  ['to', { to: 'nas' }, { to: 'crane:borg' }],
  ['keep', { keep: { last: 1 } }, { keep: { last: 2 } }],
  ['maxHold', { maxHoldMs: 1 }, { maxHoldMs: 2 }],
  ['maxConcurrent', { maxConcurrent: 1 }, { maxConcurrent: 2 }],
  ['timeZone', { timeZone: 'UTC' }, { timeZone: 'Europe/Berlin' }],
  ['jitter', { jitterMs: 1 }, { jitterMs: 2 }],
  ['blackout', { blackout: ['22:00-06:00'] }, { blackout: [] }],
  ['catchUp', { catchUp: true }, { catchUp: false }],
  ['hold', { hold: 'warm' as const }, { hold: 'copy' as const }],
  ['healthTimeout', { healthTimeoutMs: 1 }, { healthTimeoutMs: 2 }],
])('two places that disagree on %s are one problem that names both, and of that tide alone', (setting, a, b) => {
  const { tides, problems } = mergeTides([
    source('salvage-kit.yaml:3', a),
    source('container root, label x', b),
    { ...source('file', {}), name: 'weekly' },
  ])
  expect(tides.has('weekly')).toBe(true)
  expect(problems).toEqual([
    expect.objectContaining({
      code: 'TIDE.CONFLICT',
      message: `tide nightly: two places disagree on ${setting}`,
      tide: 'nightly',
      why: expect.stringMatching(/^salvage-kit\.yaml:3 .* says .*, container root, label x .* says /),
    }),
  ])
})
