import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { part } from '@salvage-kit/testbed'
import { shellLine } from './quote.ts'

/** What a shell makes of a line, word by word. */
function wordsIn(shell: string, line: string): readonly string[] {
  const loop =
    shell === 'fish'
      ? `for word in ${line}; printf '%s\\0' $word; end`
      : `for word in ${line}; do printf '%s\\0' "$word"; done`
  return execFileSync(shell, ['-c', loop], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

const SHELLS = ['sh', ...(['fish', 'zsh'] as const).filter((name) => part(name).available)]

const piece = fc.oneof(
  fc.constantFrom("'", '"', '$(id)', '`id`', ';', '\\', '\n', ' ', '!', '*', '&', '|', '-', '~', '#', '=', '(', 'é'),
  fc.string({ maxLength: 4 }).filter((text) => !text.includes('\0')),
)

test.each(SHELLS)('%s takes each word as it is', (shell) => {
  const words = fc.array(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(words, (given) => {
      expect(wordsIn(shell, shellLine(given))).toEqual(given)
    }),
    { numRuns: 150 },
  )
})

test('plain words stay readable', () => {
  expect(shellLine(['btrfs', 'receive', '/a/v@2026-11-21T01:07:04.059893', ''])).toBe(
    "btrfs receive /a/v@2026-11-21T01:07:04.059893 ''",
  )
})
