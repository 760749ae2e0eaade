import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { tarOf } from './tar.ts'

test('GNU tar reads it: files and directories of root, with their modes and times', () => {
  const entries = [
    { path: 'salvage/result/', mode: 0o1777 },
    { path: 'salvage/meta/meta.json', content: '{"ü": 1}' },
  ]
  const tar = tarOf(entries, new Date('2026-11-21T08:00:00.900Z'))
  const list = execFileSync('tar', ['--numeric-owner', '--utc', '--full-time', '-tvf', '-'], { input: tar })
  expect(list.toString()).toMatch(
    /^drwxrwxrwt 0\/0 +0 2026-11-21 08:00:00 salvage\/result\/\n-r--r--r-- 0\/0 +9 2026-11-21 08:00:00 salvage\/meta\/meta\.json\n$/,
  )
})

test('any content comes out as it went in, in whole blocks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 1500 }), (content) => {
      const tar = Buffer.from(tarOf([{ path: 'a', content }], new Date(0)))
      const size = Number.parseInt(tar.toString('latin1', 124, 135), 8)
      expect(tar.length % 512).toBe(0)
      expect(tar.toString('utf8', 512, 512 + size)).toBe(Buffer.from(content).toString('utf8'))
      expect(tar.subarray(512 + size).every((byte) => byte === 0)).toBe(true)
    }),
  )
})
