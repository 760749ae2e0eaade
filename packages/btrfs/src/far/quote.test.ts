import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { shellLine } from './quote.ts'

/** What a shell makes of a line, word by word. */
function wordsIn(line: string): readonly string[] {
  const told = execFileSync('sh', ['-c', `for word in ${line}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
  return told.split('\0').slice(0, -1)
}

const piece = fc.oneof(
  fc.constantFrom("'", '"', '$(id)', '`id`', ';', '\\', '\n', ' ', '!', '*', '&', '|', '-', '~', '#', '=', '(', 'é'),
  fc.string({ maxLength: 4 }).filter((text) => !text.includes('\0')),
)

test('a shell takes each word as it is', () => {
  const words = fc.array(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(words, (given) => {
      expect(wordsIn(shellLine(given))).toEqual(given)
    }),
    { numRuns: 300 },
  )
})

test('plain words stay readable', () => {
  expect(shellLine(['btrfs', 'receive', '/a/v@2026-11-21T01:07:04.059893', ''])).toBe(
    "btrfs receive /a/v@2026-11-21T01:07:04.059893 ''",
  )
})
