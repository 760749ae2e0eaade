import { expect, test } from 'vitest'
import { namesPassword, resticEnvironment } from './restic-environment.ts'

const repository = { ref: 'restic:/repo', address: '/repo', folder: '/repo', passwordFile: undefined } as const
const users = {
  PATH: '/bin',
  AWS_SECRET_ACCESS_KEY: 'k',
  RESTIC_REPOSITORY: '/other',
  RESTIC_REPOSITORY_FILE: '/other-file',
  RESTIC_PASSWORD: 'p',
  RESTIC_PASSWORD_COMMAND: 'c',
  RESTIC_CACHE_DIR: '/cache',
}

test('the repository is the one of the store, the password that of the user', () => {
  expect(resticEnvironment(repository, users)).toEqual({
    PATH: '/bin',
    AWS_SECRET_ACCESS_KEY: 'k',
    RESTIC_CACHE_DIR: '/cache',
    RESTIC_REPOSITORY: '/repo',
    RESTIC_PASSWORD: 'p',
    RESTIC_PASSWORD_COMMAND: 'c',
    RESTIC_PROGRESS_FPS: '2',
  })
})

test('a password file stands alone', () => {
  const environment = resticEnvironment({ ...repository, passwordFile: '/password' }, users)
  expect(Object.keys(environment).filter((name) => name.startsWith('RESTIC_PASSWORD'))).toEqual([
    'RESTIC_PASSWORD_FILE',
  ])
  expect(environment['RESTIC_PASSWORD_FILE']).toBe('/password')
})

test('a variable that is empty names no password', () => {
  expect(namesPassword({ RESTIC_PASSWORD: '' })).toBe(false)
  expect(namesPassword({ RESTIC_PASSWORD_COMMAND: 'pass' })).toBe(true)
})
