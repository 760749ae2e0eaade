import { isSalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { cattleAddress, unencrypted } from './address.ts'

test.each([
  ['http://h', 'http://h/v2-beta', undefined],
  ['http://h/', 'http://h/v2-beta', undefined],
  [' http://h:8080/v1 ', 'http://h:8080/v2-beta', undefined],
  ['http://h/v1/', 'http://h/v2-beta', undefined],
  ['https://h/v2-beta', 'https://h/v2-beta', undefined],
  ['http://h/v1/projects/1a5', 'http://h/v2-beta', '1a5'],
  ['http://h/v2-beta/projects/1a5/', 'http://h/v2-beta', '1a5'],
  ['http://h/v2-beta/projects/1a5/schemas', 'http://h/v2-beta', '1a5'],
  ['http://h/v1/schemas', 'http://h/v2-beta', undefined],
  ['https://h/rancher/v1', 'https://h/rancher/v2-beta', undefined],
  ['https://h/rancher', 'https://h/rancher/v2-beta', undefined],
])('%s', (text, root, project) => {
  expect(cattleAddress(text)).toEqual({ root, ...(project === undefined ? {} : { project }) })
})

test.each(['', 'h:8080', 'ftp://h', 'http://key:secret@h/v1'])('%j is none, and is not repeated', (text) => {
  let thrown: unknown
  try {
    cattleAddress(text)
  } catch (error) {
    thrown = error
  }
  if (!isSalvageError(thrown)) throw new Error('it was taken')
  expect(thrown.code).toBe('RANCHER.ADDRESS')
  expect(thrown.message).not.toContain('secret')
})

test.each(['http://h:8080', 'http://192.0.2.7/v1', 'http://127.0.0.1.example.org', 'http://[2001:db8::1]'])(
  'over %s a key is sent in the clear, unless somebody allows it',
  (text) => {
    expect(unencrypted(cattleAddress(text))).toMatchObject({ code: 'RANCHER.UNENCRYPTED' })
    expect(unencrypted(cattleAddress(text), true)).toBeUndefined()
  },
)

test.each(['https://h', 'http://localhost:8080', 'http://127.0.0.1:8080/v1', 'http://[::1]/v1'])(
  'over %s nobody else can read it',
  (text) => {
    expect(unencrypted(cattleAddress(text))).toBeUndefined()
  },
)
