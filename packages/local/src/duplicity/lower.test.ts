import { expect, test } from 'vitest'
import { cannotBeWritten, isNotOurs } from './lower.ts'

test('only what the file system itself keeps in lost+found is passed over', () => {
  expect(['New file lost+found', 'New file lost+found/#12'].map(isNotOurs)).toEqual([true, true])
  expect(
    [
      'New file lost+founder',
      'New file sub/lost+found',
      'File lost+found is missing',
      'Data for file x is different',
    ].map(isNotOurs),
  ).toEqual([false, false, false, false])
})

test.each([
  [true, "PermissionError: [Errno 13] Permission denied: b'/to/x'"],
  [true, `"x": Error "[Errno 5] Input/output error: b'/to/x'" processing x`],
  [false, `"x": Error 'librsync error 103 while in patch cycle' processing x`],
  [true, 'Read-only file system: /to/x'],
  [false, "PermissionError: [Errno 13] Permission denied: b'/far/duplicity-full.manifest'"],
  [false, 'Invalid data - SHA1 hash mismatch for file: /to/x'],
])('%s: %s', (is, why) => {
  expect(cannotBeWritten(`first\n${why}`, '/to')).toBe(is)
})
