import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { splitWords } from './words.ts'

test.each([
  ['a b  c', ['a', 'b', 'c']],
  [`a 'b c' "d 'e'" f\\ g`, ['a', 'b c', "d 'e'", 'f g']],
  [`a '' ""`, ['a', '', '']],
  [`--x="y z"'w'`, ['--x=y zw']],
  [`a "\\$b\\"\\x"`, ['a', '$b"\\x']],
  ['a b#c d!', ['a', 'b#c', 'd!']],
])('%s', (command, words) => {
  expect(splitWords(command)).toEqual({ words })
})

test.each([
  ['a > f', { path: 'f', append: false }],
  ['a b >>"f g"', { path: 'f g', append: true }],
  ['a b>f', { path: 'f', append: false }],
])('the output of %s', (command, output) => {
  expect(splitWords(command)?.output).toEqual(output)
})

test.each([
  'a | b',
  'a && b',
  'a; b',
  'a &',
  'a $b',
  'a "$b"',
  'a `b`',
  'a *.x',
  'a < b',
  'a 2> b',
  'a 2>&1',
  'a > b c',
  'a > b > c',
  'a >| b',
  "a 'b",
  'a "b',
  'a #b',
  'a ~',
  'A=b c',
  'a\nb',
  '> f',
  '',
])('%j takes a shell', (command) => {
  expect(splitWords(command)).toBeUndefined()
})

test('what is split is what a shell makes of it', () => {
  const piece = constantFrom('a', ' ', "'", '"', '\\', 'b-c', '#', '/', '.', '=', ':', '\t', '!', '{', '}', ',', '%')
  assert(
    property(array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
      const command = `x${pieces.join('')}`
      const split = splitWords(command)
      if (split === undefined) return
      const script = `set -- ${command}\nfor word; do printf '%s\\0' "$word"; done`
      const told = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
      expect(`${split.words.join('\0')}\0`).toBe(told)
    }),
    { numRuns: 150 },
  )
})
