import { array, assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCsvLine, parseCsvLine } from './csv-line.ts'

describe('what Python writes', () => {
  test.each([
    ['v,snapshot,60,True', ['v', 'snapshot', '60', 'True']],
    ['v,"synchronize:h1,h2",60,True', ['v', 'synchronize:h1,h2', '60', 'True']],
    ['"a""b",,c', ['a"b', '', 'c']],
    ['a b, c', ['a b', ' c']],
    ['x', ['x']],
  ])('%s', (line, fields) => {
    expect(parseCsvLine(line)).toEqual(fields)
    expect(formatCsvLine(fields)).toBe(line)
  })
})

test.each(['"v,snapshot,60,True', 'v"x,y', '"v"x,y'])('quotes that do not fit: %s', (line) => {
  expect(parseCsvLine(line)).toBeUndefined()
})

test('what is written is read', () => {
  const fields = array(string({ maxLength: 20 }), { minLength: 1, maxLength: 6 })
  assert(
    property(fields, (given) => {
      expect(parseCsvLine(formatCsvLine(given))).toEqual(given)
    }),
  )
})

test('no line takes long', () => {
  const lines = ['"'.repeat(100_001), ','.repeat(100_000), `"${'""'.repeat(50_000)}x`]
  expect(lines.map((line) => parseCsvLine(line)?.length)).toEqual([undefined, 100_001, undefined])
})
