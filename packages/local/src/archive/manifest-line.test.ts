import { array, assert, constantFrom, integer, property, record, string, tuple, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePaths } from './entry.ts'
import type { Entry } from './entry.ts'
import { entryOfLine, lineOf } from './manifest-line.ts'

const byte = integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code))
const bytes = string({ unit: byte, minLength: 1, maxLength: 40 })
const file: Entry = { path: 'f', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: '1', size: 0, sha256: 'ab' }

describe('lines of a manifest', () => {
  it('give back every entry, whatever bytes its names have', () => {
    const entries = record({
      path: bytes,
      type: constantFrom('symlink' as const, 'hardlink' as const),
      mode: integer({ min: 0, max: 0o7777 }),
      uid: integer({ min: 0, max: 2 ** 32 - 1 }),
      gid: integer({ min: 0, max: 2 ** 32 - 1 }),
      mtime: constantFrom('0', '-1.5', '1795248843.273519522'),
      target: bytes,
      xattrs: array(tuple(bytes, bytes), { minLength: 1, maxLength: 3 }),
    })
    assert(
      property(entries, (entry) => {
        const line = lineOf(entry)
        expect(line).not.toContain('\n')
        expect(entryOfLine(line)).toEqual(entry)
        expect(lineOf(entryOfLine(line))).toBe(line)
      }),
    )
  })

  it('name valid UTF-8 as text and anything else in base 64', () => {
    expect(lineOf({ ...file, path: Buffer.from('é').toString('latin1') })).toContain('"path":"é"')
    expect(lineOf({ ...file, path: 'caf\xe9' })).toContain('"pathBase64":"Y2Fm6Q=="')
  })

  it('that are none are damage', () => {
    for (const line of [
      '',
      '{',
      '{}',
      '[]',
      lineOf(file).replace('"f"', '7'),
      lineOf(file).replace('"file"', '"pipe"'),
    ])
      expect(() => entryOfLine(line)).toThrow(expect.objectContaining({ code: 'ARCHIVE.DAMAGED' }))
  })
})

it('orders paths by name within each directory, a directory right before its content', () => {
  const names = string({ unit: constantFrom('\x01', '-', '.', '0', 'a', '\xff'), minLength: 1, maxLength: 3 }).filter(
    (name) => name !== '.',
  )
  const paths = array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  assert(
    property(uniqueArray(paths, { minLength: 2, maxLength: 20 }), (some) => {
      expect(some.toSorted(comparePaths)).toEqual(some.toSorted(byParts))
    }),
  )
  expect(['a', '.', '-'].toSorted(comparePaths)).toEqual(['.', '-', 'a'])
})

function byParts(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [l = '', r = ''] = [left[at], right[at]]
    if (l !== r) return l < r ? -1 : 1
  }
  return left.length - right.length
}
