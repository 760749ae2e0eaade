import { expect, test } from 'vitest'
import { atLeast, parseVersion } from './version.ts'

test.each([
  ['restic 0.14.0 compiled with go1.19.8 on linux/amd64', { major: 0, minor: 14 }],
  ['restic 0.18.1-dev (compiled manually) compiled with go1.24 on linux/arm64', { major: 0, minor: 18 }],
  ['restic 1.0.0 compiled', { major: 1, minor: 0 }],
  ['bash: restic: command not found', undefined],
  ['', undefined],
])('%j', (text, version) => {
  expect(parseVersion(text)).toEqual(version)
})

test.each([
  [0, 14, true],
  [0, 15, true],
  [1, 0, true],
  [0, 9, false],
])('%d.%d is at least 0.14: %s', (major, minor, is) => {
  expect(atLeast({ major, minor }, { major: 0, minor: 14 })).toBe(is)
})
