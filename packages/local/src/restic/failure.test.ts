import { describe, expect, test } from 'vitest'
import { failure } from './failure.ts'

const repository = {
  ref: 'restic:rest:http://host/',
  address: 'rest:http://somebody:s3cret@host/',
  folder: undefined,
  passwordFile: '/password',
} as const

const told = (code: number | undefined, errors: string, otherwise?: string): ReturnType<typeof failure> =>
  failure('lifting dir:/srv', { code, errors }, repository, otherwise)

describe('the words of restic 0.14, which ends with 1 whatever it is', () => {
  test.each([
    ['STORE.WRONG_PASSWORD', 'Fatal: wrong password or no key found'],
    ['STORE.NO_PASSWORD', 'Resolving password failed: Fatal: /nowhere does not exist'],
    ['STORE.NO_PASSWORD', 'Fatal: an empty password is not a password'],
    [
      'STORE.NOT_FOUND',
      'Fatal: unable to open config file: stat /repo/config: no such file or directory\nIs there a repository at the following location?\n/repo',
    ],
    ['STORE.NOT_FOUND', 'Fatal: unable to open config file: Stat: The specified key does not exist.'],
    [
      'STORE.UNREACHABLE',
      'Fatal: unable to open config file: client.Head: Head "http://user:***@localhost:1/config": dial tcp 127.0.0.1:1: connect: connection refused',
    ],
    [
      'STORE.UNREACHABLE',
      'Fatal: unable to open config file: Head "http://h/config": dial tcp: lookup h: no such host',
    ],
    ['STORE.UNREACHABLE', 'Fatal: unable to open config file: unexpected HTTP response (401): 401 Unauthorized'],
    [
      'STORE.LOCKED',
      'unable to create lock in backend: repository is already locked exclusively by PID 7 on vm by root (UID 0, GID 0)',
    ],
    ['STORE.FULL', 'Fatal: unable to save snapshot: write /repo/data/ab/cd-tmp-1: no space left on device'],
    ['RESTORE.POINT_UNKNOWN', 'invalid id "deadbeef": no matching ID found for prefix "deadbeef"'],
    ['CRANE.FAILED', 'Fatal: something else'],
  ])('%s', (code, errors) => {
    const error = failure('lifting dir:/srv', { code: 1, errors }, { ...repository, passwordFile: undefined })
    expect(error).toMatchObject({ code, why: errors })
  })
})

test.each([
  ['Resolving password failed: Fatal: /password does not exist', 'there is no file /password'],
  ['Fatal: an empty password is not a password', 'no password can be read from /password'],
])('a password file that is named is what is wrong: %s', (errors, message) => {
  expect(told(1, errors)).toMatchObject({
    code: 'STORE.NO_PASSWORD',
    message: expect.stringContaining(message),
    hint: expect.stringContaining('correct --password-file'),
  })
})

describe('the exit codes of restic 0.17', () => {
  test.each([
    [10, 'STORE.NOT_FOUND', false],
    [11, 'STORE.LOCKED', true],
    [12, 'STORE.WRONG_PASSWORD', false],
    [2, 'CRANE.FAILED', false],
    [99, 'CRANE.FAILED', false],
  ])('%d', (exit, code, retryable) => {
    const last = JSON.stringify({ message_type: 'exit_error', code: exit, message: 'Fatal: in words of its own' })
    expect(told(exit, last)).toMatchObject({ code, retryable, why: 'Fatal: in words of its own' })
  })
})

test('what is not known has the code of the call, and what restic said', () => {
  expect(told(1, 'ciphertext verification failed', 'ARCHIVE.DAMAGED')).toMatchObject({
    code: 'ARCHIVE.DAMAGED',
    message: 'lifting dir:/srv failed: restic ended with code 1',
    why: 'ciphertext verification failed',
  })
  expect(told(undefined, '')).toMatchObject({
    message: 'lifting dir:/srv failed: restic was killed',
    why: 'it said nothing',
  })
})

test('secrets of the address are not told', () => {
  const error = told(1, 'Fatal: rest:http://somebody:s3cret@host/ is not there; I tried s3cret')
  expect(JSON.stringify([error, error.message])).not.toContain('s3cret')
})

test('lines about single files are no words of the failure', () => {
  const item = '{"message_type":"error","error":{"message":"connection refused"},"item":"/srv/a"}'
  expect(told(1, `${item}\nFatal: out of luck`)).toMatchObject({ code: 'CRANE.FAILED', why: 'Fatal: out of luck' })
})
