import { expect, test } from 'vitest'
import { processTerminal } from './terminal.ts'

test.each([
  [undefined, 80],
  [0, 80],
  [132, 132],
])('a terminal that says it has %s columns has %i', (said, columns) => {
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'columns')
  Object.defineProperty(process.stderr, 'columns', { value: said, configurable: true })
  try {
    expect(processTerminal().columns()).toBe(columns)
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.stderr, 'columns')
    else Object.defineProperty(process.stderr, 'columns', before)
  }
})
