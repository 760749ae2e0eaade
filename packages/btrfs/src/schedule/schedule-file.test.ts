import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAction } from './action.ts'
import { parseSchedule } from './schedule-file.ts'

function jobs(text: string): readonly string[] {
  return parseSchedule(text, 'F').flatMap(({ job }) =>
    job === undefined ? [] : [`${job.volume} ${job.text} ${String(job.minutes)} ${String(job.isActive)}`],
  )
}

function findings(text: string): readonly (readonly [code: string, message: string])[] {
  return parseSchedule(text, 'F').flatMap(({ finding }) =>
    finding === undefined ? [] : [[finding.code, finding.message] as const],
  )
}

describe('files of buttervolume', () => {
  test('of version 3, with its ends of lines', () => {
    const text =
      'foo,snapshot,60,True\r\nfoo,replicate:host.example,1440,False\r\nfoo,"synchronize:h1,h2",10,True\r\n' +
      'foo,purge:4h:1d:2w:2y,60,True\r\n'
    expect(jobs(text)).toEqual([
      'foo snapshot 60 true',
      'foo replicate:host.example 1440 false',
      'foo synchronize:h1,h2 10 true',
      'foo purge:4h:1d:2w:2y 60 true',
    ])
    expect(findings(text)).toEqual([])
  })

  test('of version 2: three columns, and the deprecated pattern', () => {
    const text = 'foo,snapshot,60\nfoo,purge:2h:2h,60'
    expect(jobs(text)).toEqual(['foo snapshot 60 true', 'foo purge:2h 60 true'])
    expect(findings(text)).toEqual([['SCHEDULE.DEPRECATED', 'line 2 of F: purge:2h:2h is read as purge:2h']])
  })

  test('made by hand: blank lines, comments, blanks, a byte order mark', () => {
    expect(jobs('\uFEFF# nightly\n\n v , snapshot , 5 , true \n   \n')).toEqual(['v snapshot 5 true'])
  })
})

test('broken lines are told with their numbers, the others are read', () => {
  const text = [
    'lonely',
    'v,snapshot,60,True,more',
    'v,snapshot,1.5,True',
    'v,snapshot,soon,True',
    'v,snapshot,-5,True',
    'v,snapshot,0,True',
    'v,dance,60,True',
    'v,replicate:,60,True',
    'v,replicate:a:22,60,True',
    'v,purge:1d:1h,60,True',
    'v,"purge:1h,60,True',
    '../v,snapshot,60,True',
    'v,snapshot,60,maybe',
    'good,snapshot,60,True',
    'good,snapshot,90,True',
  ].join('\n')
  expect(jobs(text)).toEqual(['good snapshot 60 true'])
  expect(findings(text)).toEqual([
    ...Array.from({ length: 13 }, (_, at) => ['SCHEDULE.LINE', `line ${String(at + 1)} of F is left out`]),
    ['SCHEDULE.TWICE', 'line 15 of F is left out'],
  ])
})

test('any text is lines', () => {
  const piece = constantFrom(
    'v',
    ',',
    '"',
    '\n',
    '\r',
    'snapshot',
    'purge:',
    '2h',
    ':',
    '60',
    'True',
    ' ',
    '#',
    '\0',
    'é',
  )
  assert(
    property(string({ unit: piece, maxLength: 60 }), (text) => {
      for (const { job, finding } of parseSchedule(text, 'F'))
        expect(job !== undefined && finding !== undefined ? finding.code : 'SCHEDULE.DEPRECATED').toBe(
          'SCHEDULE.DEPRECATED',
        )
    }),
    { numRuns: 1000 },
  )
})

describe('actions', () => {
  test.each([
    ['snapshot', { kind: 'snapshot' }],
    ['replicate:h', { kind: 'replicate', host: 'h' }],
    ['synchronize:a, b', { kind: 'synchronize', hosts: ['a', 'b'] }],
    ['purge:2h', { kind: 'purge', pattern: { text: '2h' } }],
    ['purge:2h:2h', { kind: 'purge', pattern: { text: '2h' } }],
  ])('%s', (text, action) => {
    expect(parseAction(text).action).toMatchObject(action)
  })

  test.each([
    ['snapshots', 'did you mean snapshot?'],
    ['snapshot:x', 'write snapshot'],
    ['replicate', 'write snapshot'],
    ['replicate:', 'write replicate:HOST'],
    ['replicate:-oProxyCommand=x', 'write replicate:HOST'],
    ['synchronize:', 'write synchronize'],
    ['synchronize:a,,b', 'write synchronize'],
    ['purge', 'write snapshot'],
    ['purge:', 'write it as'],
    ['purge:2h:2h:2h', 'write 2h once'],
    ['purge:0m:1h', 'write it as'],
    ['', 'write snapshot'],
  ])('not %j', (text, hint) => {
    expect(() => parseAction(text)).toThrow(
      expect.objectContaining({ code: 'SCHEDULE.ACTION', hint: expect.stringContaining(hint) }),
    )
  })
})
