import { array, assert, constantFrom, integer, property, record, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePattern } from './pattern.ts'
import { purgeVerdicts } from './verdicts.ts'

const now = new Date('2026-11-21T12:00:00.000Z')

test('50,000 snapshots are judged without comparing each with each', () => {
  const candidates = Array.from({ length: 50_000 }, (_, hour) => ({
    name: `v@${String(hour)}`,
    time: new Date(now.getTime() - hour * 3_600_000),
  }))
  const { verdicts } = purgeVerdicts(candidates, parsePattern('4h:1d:2w:2y'), now)
  // 5,000 take about 10 ms. What needs minutes here runs into the limit of a test.
  expect(verdicts.filter(({ keep }) => keep)).toHaveLength(4 + 5 + 13 + 52)
})

describe('hostile patterns', () => {
  test.each([
    ['', 'not a number'],
    ['h', 'not a number'],
    ['2', 'not a number'],
    ['2h:', 'not a number'],
    ['-1h', 'not a number'],
    ['1.5h', 'not a number'],
    [' 2h', 'not a number'],
    ['2h\n', 'not a number'],
    ['१h', 'not a number'],
    ['1e3h', 'not a number'],
    ['99999999999999999999y', 'not a number'],
    ['2s', 'unit s'],
    ['2H', 'unit H'],
    ['2M', 'unit M'],
    ['2h:2h', 'twice'],
    ['1h:2h:1h', 'twice'],
    ['60m:1h', 'ascending'],
    ['1d:1h', 'ascending'],
    ['02h:2h', 'ascending'],
    ['0m:1h', 'no length'],
    ['1h:'.repeat(100), 'characters'],
  ])('%j', (text, why) => {
    expect(() => parsePattern(text)).toThrow(
      expect.objectContaining({ code: 'PURGE.PATTERN', why: expect.stringContaining(why) }),
    )
  })

  test('a thousand of them are refused, or judge', () => {
    const piece = constantFrom(
      '0',
      '1',
      '9',
      'm',
      'h',
      'd',
      'w',
      'y',
      ':',
      '-',
      ' ',
      '.',
      '%',
      '@',
      '/',
      '\n',
      '\0',
      'é',
      '१',
    )
    const near = string({ unit: piece, maxLength: 30 })
    const built = array(
      record({ n: integer({ min: 0, max: 1_000_000_000 }), unit: constantFrom('m', 'h', 'd', 'w', 'y') }),
      {
        maxLength: 6,
      },
    ).map((parts) => parts.map(({ n, unit }) => `${String(n)}${unit}`).join(':'))
    const long = integer({ min: 1, max: 100_000 }).map((length) => '9'.repeat(length))
    for (const patterns of [near, built, string({ unit: 'binary', maxLength: 50 }), long])
      assert(
        property(patterns, array(integer({ min: -1000, max: 10_000_000 }), { maxLength: 20 }), (text, ages) => {
          try {
            const { verdicts } = purgeVerdicts(
              ages.map((age) => ({ name: `v@${String(age)}`, time: new Date(now.getTime() - age * 60_000) })),
              parsePattern(text),
              now,
            )
            expect(verdicts).toHaveLength(ages.length)
            if (ages.length > 0) expect(verdicts.some(({ keep }) => keep)).toBe(true)
          } catch (error) {
            expect(error).toMatchObject({ code: 'PURGE.PATTERN' })
          }
        }),
        { numRuns: 300 },
      )
  })
})
