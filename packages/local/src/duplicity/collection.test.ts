import { expect, test } from 'vitest'
import { readCollection } from './collection.ts'
import { logRecords } from './log-record.ts'
import type { LogRecord } from './log-record.ts'

function recordsOf(text: string): readonly LogRecord[] {
  const found: LogRecord[] = []
  const records = logRecords((record) => void found.push(record))
  for (const line of text.split('\n')) records.line(line)
  records.end()
  return found
}

test('the chains of a status, older ones too, and what is broken', () => {
  const [notice, status] = recordsOf(`NOTICE 1
. Last full backup date: Mon Sep 21 14:15:00 2026

INFO 3 
backend BackendWrapper
archive-dir (. dir)
chain-no-sig 0
 full 20260921T141320Z 1 noenc
 inc 20260922T141320Z 3 noenc
chain-complete
 full 20260923T141500Z 1 enc
orphaned-sets-num 1
 inc 20260901T141500Z 1 enc
incomplete-sets-num 2
 full 20260924T141500Z 1 enc
. Collection Status
. -----------------
`)
  expect(notice).toMatchObject({ level: 'NOTICE', code: 1, text: 'Last full backup date: Mon Sep 21 14:15:00 2026' })
  if (status === undefined) throw new Error('there is no status')
  expect(readCollection(status)).toEqual({
    held: [
      { time: '20260921T141320Z', full: '20260921T141320Z' },
      { time: '20260922T141320Z', full: '20260921T141320Z' },
      { time: '20260923T141500Z', full: '20260923T141500Z' },
    ],
    broken: 3,
  })
})

test('an error with its code and the name that it is about', () => {
  expect(recordsOf("ERROR 30 KeyError\n. Traceback\n. KeyError: 1\n\nWARNING 10 'x'\n. Error accessing x\n")).toEqual([
    { level: 'ERROR', code: 30, extra: 'KeyError', data: [], text: 'Traceback\nKeyError: 1' },
    { level: 'WARNING', code: 10, extra: "'x'", data: [], text: 'Error accessing x' },
  ])
})
