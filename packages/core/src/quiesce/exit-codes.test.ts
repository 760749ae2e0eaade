import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accepts, parseExitCodes } from './exit-codes.ts'

describe('the codes that are good', () => {
  test.each([
    ['ignore', [0, 1, -1, 255], []],
    ['fail', [0], [1, -1, 255]],
    ['stop', [0], [1, 137]],
    ['1,3-5', [0, 2, 6, 125], [1, 3, 4, 5, 126, 127, 137]],
    ['1, 3 - 5', [0, 2, 6], [1, 3, 4, 5]],
    ['1,', [0, 2], [1]],
    ['1,,', [0, 2], [1]],
    ['5-3', [0, 2, 6], [3, 4, 5]],
    ['-5--1', [0, 1, -6], [-5, -1, -3]],
    ['-1', [0, 1], [-1]],
    ['accept:0,2', [0, 2], [1, 3]],
    ['accept:1', [1], [0]],
    ['accept: 0 , 2-3', [0, 2, 3], [1]],
    ['reject:1,3-5', [0, 2], [1, 3, 5]],
    ['reject:0', [1], [0, 127]],
    ['accept:127', [127], [0]],
    ['9223372036854775807', [0], []],
    ['-9223372036854775808', [0], []],
  ])('%j', (text, good, bad) => {
    const rule = parseExitCodes(text)
    expect(good.filter((code) => !accepts(rule, code))).toEqual([])
    expect(bad.filter((code) => accepts(rule, code))).toEqual([])
  })
})

test.each([
  '',
  ' ',
  ',',
  '1,,2',
  ',1',
  '3-',
  '0x1',
  '1.5',
  'custom',
  'IGNORE',
  ' ignore',
  'accept:',
  'reject:,',
  '1;2',
])('%j says nothing', (text) => {
  expect(() => parseExitCodes(text)).toThrow(expect.objectContaining({ code: 'LABEL.EXIT_CODES' }))
})

test.each(['9223372036854775808', '-9223372036854775809', '1-99999999999999999999'])('%j overflows', (text) => {
  expect(() => parseExitCodes(text)).toThrow(expect.objectContaining({ why: expect.stringContaining('64 bits') }))
})

test.each(['0', '0,2', '1,0', '0-3', '-1-1', '3-0', ' 0 , 2,'])(
  '%j is ambiguous and the way out is offered',
  (text) => {
    const list = text.replaceAll(' ', '').replace(/,$/, '')
    const hint = `write accept:${list} when these are the good codes, reject:${list} when they are not`
    expect(() => parseExitCodes(text)).toThrow(expect.objectContaining({ code: 'LABEL.EXIT_CODES', hint }))
    expect(accepts(parseExitCodes(`accept:${list}`), 0)).toBe(true)
  },
)

const codes = fc.array(fc.tuple(fc.integer(), fc.option(fc.integer())), { minLength: 1, maxLength: 6 })
const listText = (ranges: readonly (readonly [number, number | null])[]): string =>
  ranges.map(([a, b]) => (b === null ? String(a) : `${String(a)}-${String(b)}`)).join(',')

test('accept and reject of one list are opposites up to 125, and accept is membership', () => {
  fc.assert(
    fc.property(codes, fc.integer(), (ranges, probe) => {
      const inside = ranges.some(([a, b]) => Math.min(a, b ?? a) <= probe && probe <= Math.max(a, b ?? a))
      expect(accepts(parseExitCodes(`accept:${listText(ranges)}`), probe)).toBe(inside)
      expect(accepts(parseExitCodes(`reject:${listText(ranges)}`), probe)).toBe(!inside && probe < 126)
    }),
  )
})

test('a bare list never makes 0 a bad code', () => {
  fc.assert(
    fc.property(codes, (ranges) => {
      let rule
      try {
        rule = parseExitCodes(listText(ranges))
      } catch {
        expect(accepts(parseExitCodes(`accept:${listText(ranges)}`), 0)).toBe(true)
        return
      }
      expect(accepts(rule, 0)).toBe(true)
      expect(ranges.every(([a, b]) => !accepts(rule, a) && !accepts(rule, b ?? a))).toBe(true)
    }),
  )
})

test('white space means nothing, and a rule survives JSON', () => {
  fc.assert(
    fc.property(codes, fc.array(fc.nat(40), { maxLength: 5 }), (ranges, gaps) => {
      const text = listText(ranges)
      let spaced = text
      for (const gap of gaps) spaced = `${spaced.slice(0, gap)} \t${spaced.slice(gap)}`
      const rule = parseExitCodes(`reject:${text}`)
      expect(parseExitCodes(`reject:${spaced}`)).toEqual(rule)
      expect(JSON.parse(JSON.stringify(rule))).toEqual(rule)
    }),
  )
})
