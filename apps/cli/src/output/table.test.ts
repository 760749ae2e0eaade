import { expect, test } from 'vitest'
import { table } from './table.ts'

test('columns line up, numbers to the right, no blank ends a line', () => {
  const columns = [{ heading: 'NAME' }, { heading: 'SIZE', align: 'right' as const }, { heading: 'NOTE' }]
  expect(
    table(columns, [
      ['a', '1', ''],
      ['longer', '1000', 'x'],
    ]),
  ).toBe('NAME    SIZE  NOTE\na          1\nlonger  1000  x\n')
})

test('without rows there is nothing to head', () => expect(table([{ heading: 'NAME' }], [])).toBe(''))
