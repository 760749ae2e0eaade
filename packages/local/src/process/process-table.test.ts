import { expect, test } from 'vitest'
import { isAlive, parseStat, processAt } from './process-table.ts'

test.each([
  [
    'a name with spaces and parentheses',
    '12 (a (b) c) S 7 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9876 100 200',
    9876,
  ],
  ['an ordinary one', '1 (init) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 5 100 200', 5],
])('%s', (_name, line, start) => {
  expect(parseStat(line)).toMatchObject({ start: String(start) })
})

test.each([
  ['a process that has ended', '12 (x) Z 7 12 12 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9876 100 200'],
  ['nothing', ''],
  ['something else', 'hello world'],
  ['half a line', '12 (x) S 7 12'],
])('%s is no living process', (_name, line) => {
  expect(parseStat(line)).toBeUndefined()
})

test('this process lives, and not under another start', async () => {
  const self = await processAt(process.pid)
  expect(self).toMatchObject({ pid: process.pid, parent: process.ppid })
  expect(self === undefined ? false : await isAlive(self)).toBe(true)
  expect(await isAlive({ pid: process.pid, start: '0' })).toBe(false)
})
