import { expect, test } from 'vitest'
import { localFolder, normaliseUrl, withoutPasswords } from './url.ts'

test.each([
  ['/backups/', 'file:///backups'],
  ['file:///backups//x/', 'file:///backups/x'],
  ['file:///', 'file:///'],
  ['sftp://me@host//there/', 'sftp://me@host//there/'],
  ['rsync://host/module', 'rsync://host/module'],
  ['boto3+s3://bucket/x', 'boto3+s3://bucket/x'],
  ['sftp://u@h:22/', 'sftp://u@h:22/'],
  ['sftp://u@[::1]:22/x', 'sftp://u@[::1]:22/x'],
  ['sftp://u@h:22/x:y@z', 'sftp://u@h:22/x:y@z'],
  ['rsync://u@h::module/x', 'rsync://u@h::module/x'],
])('%s means %s', (text, url) => {
  expect(normaliseUrl(text)).toBe(url)
  expect(normaliseUrl(url)).toBe(url)
})

test.each([
  ['ftp://me:secret@host/x', 'STORE.SECRET_IN_ADDRESS'],
  ['ftp://me@example.com:secret@host/x', 'STORE.SECRET_IN_ADDRESS'],
  ['ftp://me:sec@secret@host:21/x', 'STORE.SECRET_IN_ADDRESS'],
  ['sftp://me:secret@[::1]:22/x', 'STORE.SECRET_IN_ADDRESS'],
  ['file://relative', 'REFERENCE.INVALID'],
  ['backups', 'REFERENCE.INVALID'],
])('%s is refused, and no password told', (text, code) => {
  let thrown: unknown
  try {
    normaliseUrl(text)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code })
  expect(String(thrown)).not.toContain('secret')
})

test('a folder of this machine, and no other', () => {
  expect(localFolder('file:///backups')).toBe('/backups')
  expect(localFolder('sftp://host/x')).toBeUndefined()
  expect(withoutPasswords('see ftp://a:b@host and x')).toBe('see ftp://a:***@host and x')
  expect(withoutPasswords('see ftp://a@b.c:d@host and x')).toBe('see ftp://a@b.c:***@host and x')
})
