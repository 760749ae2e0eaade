import { describe, expect, test } from 'vitest'
import { parseRootLabels } from './root-labels.ts'

const TIDE = {
  'salvage.tides.d.cron': '0 3 * * *',
  'salvage.tides.d.grouping': 'smart',
  'salvage.tides.d.crane': 'c',
}
const CRANE = { 'salvage.cranes.c.image': 'example/crane:1' }
const read = (labels: Record<string, string>): ReturnType<typeof parseRootLabels> => parseRootLabels(labels, 'root')

test('a tide and a crane with all that can be said of them', () => {
  expect(
    read({
      ...TIDE,
      'salvage.tides.d.maxConcurrent': '3',
      'salvage.tides.d.report.method': 'get',
      'salvage.tides.d.report.tide.success': 'https://example.org/a',
      'salvage.tides.d.report.tide.failure': 'https://example.org/b',
      'salvage.tides.d.report.volume.success': 'https://example.org/c',
      'salvage.tides.d.report.volume.failure': 'http://example.org/d',
      'salvage.tides.d.heartbeat': 'https://example.org/e',
      ...CRANE,
      'salvage.cranes.c.pullOnRun': 'True',
      'salvage.cranes.c.maxConcurrent': '2',
      'salvage.cranes.c.env.A.B': ' verbatim ',
      'salvage.cranes.c.mount.cache.vol': '/cache',
    }),
  ).toEqual({
    tides: [
      {
        name: 'd',
        cron: '0 3 * * *',
        grouping: 'smart',
        crane: 'c',
        maxConcurrent: 3,
        report: {
          method: 'GET',
          tideSuccess: 'https://example.org/a',
          tideFailure: 'https://example.org/b',
          volumeSuccess: 'https://example.org/c',
          volumeFailure: 'http://example.org/d',
          heartbeat: 'https://example.org/e',
        },
      },
    ],
    reports: {
      d: {
        method: 'GET',
        tideSuccess: 'https://example.org/a',
        tideFailure: 'https://example.org/b',
        volumeSuccess: 'https://example.org/c',
        volumeFailure: 'http://example.org/d',
        heartbeat: 'https://example.org/e',
      },
    },
    cranes: {
      c: {
        image: 'example/crane:1',
        pull: 'always',
        env: { 'A.B': ' verbatim ' },
        mounts: { 'cache.vol': '/cache' },
        maxConcurrent: 2,
      },
    },
    problems: [],
  })
})

test('a tide that cannot be read still says where that is told', () => {
  const { tides, reports } = read({
    ...TIDE,
    'salvage.tides.d.grouping': 'Smart',
    'salvage.tides.d.report.tide.success': 'nowhere',
    'salvage.tides.d.report.tide.failure': 'https://example.org/b',
  })
  expect(tides).toEqual([])
  expect(reports).toEqual({ d: { method: 'POST', tideFailure: 'https://example.org/b' } })
})

test('what nobody says', () => {
  const { tides, cranes } = read({ ...TIDE, ...CRANE })
  expect(tides).toEqual([{ name: 'd', cron: '0 3 * * *', grouping: 'smart', crane: 'c', report: { method: 'POST' } }])
  expect(cranes).toEqual({ c: { image: 'example/crane:1', pull: 'missing', env: {}, mounts: {} } })
})

test('what labels of a tide say beyond the original', () => {
  const { tides, problems } = read({
    ...TIDE,
    ...CRANE,
    'salvage.tides.d.timeZone': 'Europe/Berlin',
    'salvage.tides.d.jitter': '10m',
    'salvage.tides.d.blackout': 'mon-fri 08:00-18:00; sun 00:00-24:00',
    'salvage.tides.d.catchUp': 'false',
    'salvage.tides.d.hold': 'warm',
    'salvage.tides.d.maxHold': '30m',
    'salvage.tides.d.healthTimeout': '90s',
    'salvage.tides.d.keep.daily': '7',
    'salvage.tides.d.keep.within': '2d',
  })
  expect(problems).toEqual([])
  expect(tides[0]).toMatchObject({
    timeZone: 'Europe/Berlin',
    jitterMs: 600_000,
    blackout: ['mon-fri 08:00-18:00', 'sun 00:00-24:00'],
    catchUp: false,
    hold: 'warm',
    maxHoldMs: 1_800_000,
    healthTimeoutMs: 90_000,
    keep: { daily: 7, withinMs: 172_800_000 },
  })
})

describe('a wrong tide is left out, with its label named', () => {
  test.each([
    [{ 'salvage.tides.d.cron': '' }, 'salvage.tides.d.cron', 'has no cron'],
    [{ 'salvage.tides.d.grouping': 'Smart' }, 'salvage.tides.d.grouping', 'is no grouping'],
    [{ 'salvage.tides.d.grouping': '' }, 'salvage.tides.d.grouping', 'has no grouping'],
    [{ 'salvage.tides.d.crane': '' }, 'salvage.tides.d.crane', 'has no crane'],
    [{ 'salvage.tides.d.maxConcurrent': '0' }, 'salvage.tides.d.maxConcurrent', 'at least 1'],
    [{ 'salvage.tides.d.maxConcurrent': '-1' }, 'salvage.tides.d.maxConcurrent', 'at least 1'],
    [{ 'salvage.tides.d.jitter': 'some' }, 'salvage.tides.d.jitter', 'not a duration'],
    [{ 'salvage.tides.d.maxHold': '0s' }, 'salvage.tides.d.maxHold', 'no time at all'],
    [{ 'salvage.tides.d.catchUp': 'yes' }, 'salvage.tides.d.catchUp', 'none of its values'],
    [{ 'salvage.tides.d.hold': 'hot' }, 'salvage.tides.d.hold', 'none of its values'],
    [{ 'salvage.tides.d.keep.daily': '0' }, 'salvage.tides.d.keep.daily', ''],
    [{ 'salvage.tides.d.keep.daily': 'seven' }, 'salvage.tides.d.keep.daily', ''],
    [{ 'salvage.tides.d.keep.within': '-' }, 'salvage.tides.d.keep.within', 'duration'],
    [{ 'salvage.tides.d.maxConcurrent': 'many' }, 'salvage.tides.d.maxConcurrent', 'at least 1'],
    [{ 'salvage.tides.d.report.method': 'PUT' }, 'salvage.tides.d.report.method', 'is no method'],
    [
      { 'salvage.tides.d.report.tide.success': 'example.org/x' },
      'salvage.tides.d.report.tide.success',
      'no web address',
    ],
    [{ 'salvage.tides.d.report.tide.failure': 'http://a b' }, 'salvage.tides.d.report.tide.failure', 'no web address'],
    [{ 'salvage.tides.d.report.volume.failure': '' }, 'salvage.tides.d.report.volume.failure', 'no web address'],
    [
      { 'salvage.tides.d.report.volume.success': 'ftp://x/y' },
      'salvage.tides.d.report.volume.success',
      'no web address',
    ],
  ])('%j', (labels, label, message) => {
    const { tides, problems } = read({ ...TIDE, ...labels })
    expect(tides).toEqual([])
    expect(problems).toEqual([expect.objectContaining({ code: 'LABEL.TIDE', tide: 'd' })])
    expect(problems[0]?.message).toMatch(new RegExp(`^container root, label ${label}: .*${message}`))
  })

  test('a misspelt name makes another tide, and the others stay', () => {
    const { tides, problems } = read({ ...TIDE, 'salvage.tides.dd.maxConcurrent': '1' })
    expect(tides.map(({ name }) => name)).toEqual(['d'])
    expect(problems.map(({ message }) => message)).toEqual([
      'container root, label salvage.tides.dd.cron: tide dd has no cron',
      'container root, label salvage.tides.dd.grouping: tide dd has no grouping',
      'container root, label salvage.tides.dd.crane: tide dd has no crane',
    ])
  })

  test.each(['salvage.tides.foo', 'salvage.tides.', 'salvage.tides..cron', 'salvage.tides.foo.'])('%s', (key) => {
    expect(read({ [key]: '1' }).problems).toEqual([
      { code: 'LABEL.TIDE', message: `container root, label ${key}: it names no setting`, hint: expect.any(String) },
    ])
  })

  test('an address is not repeated', () => {
    expect(
      JSON.stringify(read({ ...TIDE, 'salvage.tides.d.report.tide.success': 'hooks.example/s3cret' })),
    ).not.toContain('s3cret')
  })
})

test.each([
  ['salvage.tides.d.groupin', 'did you mean "grouping"?'],
  ['salvage.tides.d.maxconcurrent', 'did you mean "maxConcurrent"?'],
  ['salvage.cranes.c.pullonrun', 'did you mean "pullOnRun"?'],
  ['salvage.cranes.c.volumes', 'the settings of a crane are'],
])('%s is a warning', (key, hint) => {
  const { tides, cranes, problems } = read({ ...TIDE, ...CRANE, [key]: '1' })
  expect(tides).toHaveLength(1)
  expect(Object.keys(cranes)).toEqual(['c'])
  expect(problems).toEqual([
    {
      code: 'LABEL.UNKNOWN',
      message: `container root, label ${key}: it means nothing`,
      hint: expect.stringContaining(hint),
    },
  ])
})

describe('cranes', () => {
  test.each([
    [{ 'salvage.cranes.c.maxConcurrent': '0' }, 'salvage.cranes.c.maxConcurrent'],
    [{ 'salvage.cranes.c.maxConcurrent': 'x' }, 'salvage.cranes.c.maxConcurrent'],
    [{ 'salvage.cranes.c.image': '' }, 'salvage.cranes.c.image'],
    [{ 'salvage.cranes.c.env.': 'x' }, 'salvage.cranes.c.env'],
    [{ 'salvage.cranes.c.mount.cache': 'relative' }, 'salvage.cranes.c.mount'],
    [{ 'salvage.cranes.c.mount.cache': '/salvage/volume' }, 'salvage.cranes.c.mount'],
  ])('%j', (labels, label) => {
    const { cranes, problems } = read({ ...CRANE, ...labels })
    expect(cranes).toEqual({})
    expect(problems).toEqual([
      expect.objectContaining({ code: 'LABEL.CRANE', crane: 'c', message: expect.stringContaining(`label ${label}`) }),
    ])
  })

  test('without an image', () => {
    expect(read({ 'salvage.cranes.c.pullOnRun': 'true' })).toMatchObject({
      cranes: {},
      problems: [
        { code: 'LABEL.CRANE', message: 'container root, label salvage.cranes.c.image: crane c has no image' },
      ],
    })
  })

  test.each([
    ['true', 'always', 0],
    ['TRUE', 'always', 0],
    ['false', 'missing', 0],
    ['yes', 'missing', 1],
  ])('pullOnRun=%s', (text, pull, warnings) => {
    const { cranes, problems } = read({ ...CRANE, 'salvage.cranes.c.pullOnRun': text })
    expect(cranes['c']?.pull).toBe(pull)
    expect(problems).toHaveLength(warnings)
  })

  test('no value of a variable stands in a problem', () => {
    const { problems } = read({
      'salvage.cranes.c.env.PASSWORD': 's3cret',
      'salvage.cranes.c.env.': 's3cret',
      'salvage.cranes.c.x': 's3cret',
    })
    expect(problems.length).toBeGreaterThan(1)
    expect(JSON.stringify(problems)).not.toContain('s3cret')
  })
})

test('a name that objects have already is an error, and not lost', () => {
  const { tides, problems } = read({
    'salvage.tides.__proto__.cron': '@daily',
    'salvage.tides.__proto__.crane': 'c',
    'salvage.cranes.__proto__.image': 'i',
  })
  expect(tides).toEqual([])
  expect(problems).toMatchObject([
    { code: 'LABEL.CRANE', message: expect.stringContaining('__proto__') },
    { code: 'LABEL.TIDE', message: expect.stringContaining('__proto__') },
  ])
})
