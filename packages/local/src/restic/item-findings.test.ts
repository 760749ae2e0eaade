import { expect, test } from 'vitest'
import { itemFindings } from './item-findings.ts'

test('what restic 0.14 and newer versions say of a file', () => {
  const findings = itemFindings()
  findings.take(
    '{"message_type":"error","error":{"Op":"open","Path":"/srv/a","Err":13},"during":"archival","item":"/srv/a"}',
  )
  findings.take(
    '{"message_type":"error","error":{"message":"lstat /srv/b: no such file"},"during":"scan","item":"/srv/b"}',
  )
  findings.take('{"message_type":"error","error":{"Op":"read","Err":{}},"item":"/srv/c"}')
  findings.take('Warning: at least one source file could not be read')
  findings.take('{"message_type":"status","percent_done":0}')
  findings.take('{not json')
  expect(findings.all()).toEqual([
    { code: 'LIFT.UNREADABLE', message: '/srv/a could not be read', why: 'permission denied' },
    { code: 'LIFT.UNREADABLE', message: '/srv/b could not be read', why: 'lstat /srv/b: no such file' },
    { code: 'LIFT.UNREADABLE', message: '/srv/c could not be read' },
  ])
})

test('of very many files the first are told, and how many more there are', () => {
  const findings = itemFindings()
  for (let at = 0; at < 1000; at += 1)
    findings.take(JSON.stringify({ message_type: 'error', error: { message: 'gone' }, item: `/srv/${String(at)}` }))
  expect(findings.all()).toHaveLength(21)
  expect(findings.all().at(-1)?.message).toBe('980 more files could not be read')
})
