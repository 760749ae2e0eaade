import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { simpleCommands } from './simple-commands.ts'

test.each([
  ['a', [['a']]],
  [`a 'b c' "d e"f\\ g`, [['a', 'b c', 'd ef g']]],
  ['a > x 2>&1; b >> "y z" && c || d & e\nf', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
  ['(a -x) | { b; }', [['a', '-x'], ['b']]],
  ['if a; then b; else c; fi', [['a'], ['b'], ['c']]],
  ['A=1 a "$B" ${C}', [['A=1', 'a', '$B', '${C}']]],
  ['a 2x2 >x', [['a', '2x2']]],
])('%s is commands of these words', (script, words) => {
  expect(simpleCommands(script)?.map((command) => command.words)).toEqual(words)
})

test('files that are read and written are told of', () => {
  expect(simpleCommands('a < b > "c d" 2>> e')).toEqual([{ words: ['a'], inputs: ['b'], outputs: ['c d', 'e'] }])
})

test.each([
  'a $(b)',
  'a `b`',
  'a ${b:-c}',
  'a <<E\nb\nE',
  'a <<< b',
  'a <(b)',
  'a $((1))',
  '((a))',
  '[[ a ]]',
  'f() { a; }',
  'f () { a; }',
  'x=(a)',
  'case a in b) c;; esac',
  'for a in b; do c; done',
  "a $'b'",
  'a # b',
  "a 'b",
  'a "b',
  'a >',
  'a \\',
  'a \\\nb',
  'a &> b',
  'a >& b',
])('%j is a script of which it is not told', (script) => {
  expect(simpleCommands(script)).toBeUndefined()
})

test('the words of one command are those that a shell makes of it', () => {
  const piece = constantFrom('a', 'b', ' ', "'", '"', '\\', '-x', '=', '/', '.', '%', ',', '#', '2')
  assert(
    property(array(piece, { maxLength: 10 }), (pieces) => {
      const [command, ...others] = simpleCommands(`printf '%s\\0' ${pieces.join('')} end`) ?? []
      if (command === undefined || others.length > 0) return
      const said = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${pieces.join('')} end`], { encoding: 'utf8' })
      expect(said.split('\0').slice(0, -1)).toEqual(command.words.slice(2))
    }),
    { numRuns: 150 },
  )
})
