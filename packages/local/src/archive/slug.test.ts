import { assert, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { slugOf } from './slug.ts'

const anyText = string({ unit: 'binary', maxLength: 400 })

it('is readable', () => {
  expect(slugOf('dir:/srv/app')).toBe('dir=~srv~app')
  expect(slugOf('docker:pg_data-1')).toBe('docker=pg_data-1')
  expect(slugOf('dir:/a b/é')).toBe('dir=~a%20b~%E9')
})

it('is another one for every other reference', () => {
  assert(
    property(anyText, anyText, (a, b) => {
      expect(slugOf(a) === slugOf(b)).toBe(a === b)
    }),
    { numRuns: 2000 },
  )
  const tricky = [
    '',
    '%',
    '.',
    '..',
    '%2E',
    'a/b',
    'a~b',
    'a:b',
    'a=b',
    'a%7Eb',
    '\ud800',
    '\udc00',
    '\ufffd',
    'ÿ',
    '%FF',
    'A',
    'a',
  ]
  const long = tricky.map((text) => 'x'.repeat(300) + text)
  expect(new Set([...tricky, ...long].map(slugOf)).size).toBe(tricky.length * 2)
})

it('is a name that any file system takes and no path', () => {
  assert(
    property(anyText, (text) => {
      const slug = slugOf(text)
      expect(slug).toMatch(/^[A-Za-z0-9_=~%!-][A-Za-z0-9_.=~%!-]*$/)
      expect(slug.length).toBeLessThanOrEqual(180)
    }),
  )
})
