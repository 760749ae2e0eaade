import { expect, test } from 'vitest'
import { isSshFailure, lastWords, sshFailure } from './ssh-failure.ts'

test.each([
  ['WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!\nHost key verification failed.', 'HOST.KEY_CHANGED', false],
  ['root@h: Permission denied (publickey).', 'HOST.REFUSED', false],
  ['ssh: Could not resolve hostname h: Name or service not known', 'HOST.UNREACHABLE', true],
  ['ssh: connect to host h port 1: Connection refused', 'HOST.UNREACHABLE', true],
  ['Connection timed out during banner exchange', 'HOST.UNREACHABLE', true],
  ['Timeout, server h not responding.', 'HOST.UNREACHABLE', true],
  ['/a: line 1: Bad configuration option: nonsense', 'HOST.CONFIG', false],
  ['something new', 'HOST.FAILED', true],
])('what ssh means by %j', (words, code, retryable) => {
  expect(sshFailure('h', words)).toMatchObject({ code, retryable })
})

test('the last words are one line without ornaments', () => {
  expect(lastWords('@@@@@\nAt subvol v@1\nERROR: a\n\n b \n')).toBe('a; b')
  expect(lastWords('')).toBe('it said nothing')
})

test('what another program says of its own is not ssh', () => {
  expect(isSshFailure('ssh: connect to host h port 1: Connection refused\nrsync error: code 12', 12)).toBe(true)
  expect(isSshFailure('rsync: [sender] change_dir "/v" failed: Permission denied (13)', 23)).toBe(false)
  expect(isSshFailure('', 255)).toBe(true)
})
