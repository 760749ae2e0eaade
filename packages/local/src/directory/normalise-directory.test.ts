import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { normaliseDirectory } from './normalise-directory.ts'

test.each([
  ['/srv/app', '/srv/app'],
  ['/srv/app/', '/srv/app'],
  ['//srv/./app//', '/srv/app'],
  ['/', '/'],
  ['data', '/home/u/data'],
  ['.', '/home/u'],
  ['./data/', '/home/u/data'],
  ['../data', '/home/data'],
  ['~', '/home/u/~'],
  ['~/data', '/home/u/~/data'],
  ['/srv/..app', '/srv/..app'],
  ['a b', '/home/u/a b'],
])('%j becomes %j', (text, path) => {
  expect(normaliseDirectory(text, '/home/u')).toBe(path)
})

test.each(['', '/srv/../etc', '/..', '/srv/app/..', 'a\nb', '/a\0b', '\u007f'])('%j is refused', (text) => {
  expect(() => normaliseDirectory(text, '/home/u')).toThrow(expect.objectContaining({ code: 'REFERENCE.INVALID' }))
})

test('is the same when done again', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '.', '..', '', 'b c', '~'), { minLength: 1 }), (segments) => {
      fc.pre(segments.join('/') !== '' && !segments.join('/').startsWith('/'))
      const once = normaliseDirectory(segments.join('/'), '/home/u')
      expect(normaliseDirectory(once, '/elsewhere')).toBe(once)
    }),
  )
})
