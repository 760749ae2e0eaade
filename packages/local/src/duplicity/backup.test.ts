import { expect, test } from 'vitest'
import { findingsOf } from './backup.ts'
import type { LogRecord } from './log-record.ts'

const ref = { target: 'dir:/srv/app' } as const
const said = (text: string, level = 'WARNING'): LogRecord => ({ level, code: 1, extra: '', data: [], text })

test.each([
  ['a file breaks off', 'Error [Errno 5] Input/output error getting delta for /srv/app/file'],
  ['a folder cannot be listed', 'Error listing directory /srv/app/sub'],
  ['an entry cannot be looked at', 'Error initializing file /srv/app/file'],
  ['nor even found', 'Error accessing possibly locked file /srv/app/file'],
  ['the source is not there', "Warning: base /srv/app doesn't exist, continuing"],
])('a copy is partial where %s, which duplicity does not count', (_name, text) => {
  expect(findingsOf([said(text)], 0, ref)).toEqual([{ code: 'LIFT.UNREADABLE', message: text }])
})

test('what else it warns of is no loss', () => {
  const others = [
    said('Warning: file has negative mtime, treating as 0.'),
    said('Attempt of put Nr. 1 failed. OSError: x'),
    said('Error in words of another level', 'INFO'),
  ]
  expect(findingsOf(others, 0, ref)).toEqual([])
})

test('what it counts without a word is told', () => {
  expect(findingsOf([said('Error listing directory /x')], 3, ref)).toMatchObject([
    { message: 'Error listing directory /x' },
    { message: '2 more files could not be read' },
  ])
  expect(findingsOf([], 1, ref)).toMatchObject([{ code: 'LIFT.UNREADABLE' }])
})
