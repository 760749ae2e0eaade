import { expect, test } from 'vitest'
import { passedOptions } from './passed-options.ts'

test('each kind goes where it belongs, and a value stays one word with its option', () => {
  const words = ['--ssh-options', '-oPort=22 -oIdentityFile=/k', '--timeout=5', '--asynchronous-upload', '--gio']
  expect(passedOptions(words)).toEqual({
    always: ['--ssh-options=-oPort=22 -oIdentityFile=/k', '--timeout=5', '--gio'],
    backup: ['--asynchronous-upload'],
  })
})

test.each([
  ['what is copied', ['--exclude', '/x'], /not among/],
  ['where it stands', ['--archive-dir', '/x'], /not among/],
  ['names of files', ['--file-prefix=x'], /not among/],
  ['errors that are hidden', ['--ignore-errors'], /not among/],
  ['an abbreviation', ['--ssh-opt=x'], /not among/],
  ['a setting', ['--volsize', '5'], /volumeMegabytes/],
  ['another setting', ['--no-encryption'], /encryption: none/],
  ['a word that is no option', ['file:///elsewhere'], /not an option/],
  ['the value of a flag', ['--gio=1'], /no value/],
  ['a value that is missing', ['--timeout'], /missing/],
  ['a password', ['--gpg-options', '--passphrase x'], /password/],
  ['a URL with a password behind an address', ['--s3-endpoint-url', 'https://a@b.c:d@host'], /password/],
  ['a URL with a password', ['--s3-endpoint-url', 'https://a:b@host'], /password/],
])('%s is refused', (_name, words, why) => {
  expect(() => passedOptions(words)).toThrow(
    expect.objectContaining({ code: 'STORE.OPTION_REFUSED', why: expect.stringMatching(why) }),
  )
})
