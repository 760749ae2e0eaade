import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitCommandLine } from './command-line.ts'

test.each([
  ['/bin/true', ['/bin/true']],
  ['a b  c ', ['a', 'b', 'c']],
  ['  a', ['a']],
  ['sh -c "echo 1 && echo 2"', ['sh', '-c', 'echo 1 && echo 2']],
  [`pre"fix ed"post`, ['prefix edpost']],
  [`'a "b" c'`, ['a "b" c']],
  [`"it's"`, [`it's`]],
  ['a "" b', ['a', 'b']],
  ['a\tb\nc d', ['a\tb\nc', 'd']],
  [String.raw`a\ b`, ['a\\', 'b']],
  [String.raw`"a\"b`, ['a\\b']],
  ['echo $FOO && false > x | y', ['echo', '$FOO', '&&', 'false', '>', 'x', '|', 'y']],
  ['echo "grüße 🙂"', ['echo', 'grüße 🙂']],
])('%j', (text, words) => {
  expect(splitCommandLine(text)).toEqual(words)
})

test.each([
  ['"a', 'a " has no partner'],
  [`a 'b "c"`, "a ' has no partner"],
  ['', 'it names no program'],
  ['   ', 'it names no program'],
  [`"" ''`, 'it names no program'],
  ['a\0b', 'it holds a NUL character'],
])('%j is refused', (text, why) => {
  expect(() => splitCommandLine(text)).toThrow(expect.objectContaining({ code: 'LABEL.COMMAND', why }))
})

const word = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'))

const quoted = (text: string): string =>
  text
    .split(/(")/)
    .map((piece) => (piece === '"' ? `'"'` : `"${piece}"`))
    .join('')

test('quoted words come back as they were', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      expect(splitCommandLine(words.map(quoted).join(' '))).toEqual(words)
    }),
  )
})

test('no word is empty, and without quotes only spaces are lost', () => {
  fc.assert(
    fc.property(word, (text) => {
      const plain = text.replaceAll(/["']/g, '')
      fc.pre(plain.trim() !== '' && /[^ ]/.test(plain))
      const words = splitCommandLine(plain)
      expect(words.every((piece) => piece !== '')).toBe(true)
      expect(words.join('')).toBe(plain.replaceAll(' ', ''))
    }),
  )
})
