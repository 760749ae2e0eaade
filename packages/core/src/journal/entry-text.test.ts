import { expect, test } from 'vitest'
import { entryText, readEntryText } from './entry-text.ts'
import type { JournalEntry } from './journal.ts'

const ENTRY: JournalEntry = {
  id: 7,
  runId: 'run-1',
  order: -2,
  undo: { kind: 'swap', target: 'dir:/x', token: { deep: [null, '\n"ü'] } },
  phase: 'done',
  at: '2026-01-01T00:00:00.000Z',
  attempts: 3,
}

test.each<[string, JournalEntry]>([
  ['plain', ENTRY],
  ['one that failed, of a copy', { ...ENTRY, lastFailure: { code: 'A.B', message: 'm', why: 'w' }, copied: true }],
])('an entry reads back as it was written: %s', (_what, entry) => {
  expect(readEntryText(entryText(entry), 'here')).toEqual(entry)
})

test('what could not be read back is not written', () => {
  const token = JSON.parse('{}').token
  expect(() => entryText({ ...ENTRY, undo: { kind: 'swap', target: 'dir:/x', token } })).toThrow()
  expect(() => entryText({ ...ENTRY, undo: { kind: 'unreadable', why: 'never opened' } })).toThrow()
})

test.each([
  ['an unknown kind', { ...ENTRY, undo: { kind: 'rewind' } }],
  ['no token', { ...ENTRY, undo: { kind: 'swap', target: 'dir:/x' } }],
  ['an unknown phase', { ...ENTRY, phase: 'maybe' }],
])('keeps of an entry that it cannot understand whose it is: %s', (_what, value) => {
  expect(readEntryText(JSON.stringify(value), 'here')).toEqual({
    id: 7,
    runId: 'run-1',
    order: -2,
    phase: 'intent',
    at: '',
    attempts: 0,
    undo: { kind: 'unreadable', why: expect.stringMatching(/./) },
  })
})

test.each(['', '{', 'null', '[]', '{"id":7}', JSON.stringify({ ...ENTRY, runId: '' })])('refuses %j', (text) => {
  expect(() => readEntryText(text, 'entry 7 of the journal')).toThrow(
    expect.objectContaining({ code: 'JOURNAL.CORRUPT', message: 'entry 7 of the journal cannot be understood' }),
  )
})
