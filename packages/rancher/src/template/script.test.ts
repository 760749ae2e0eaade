import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { bindScript } from './script.ts'

const MARK = 'SKV0123456789abcdef_1_'
const HOSTILE = [
  '$(touch X)',
  '`id`',
  "it's",
  'a"b',
  '\\',
  'a\nb',
  ' x  y ',
  '*',
  '$HOME',
  '; exit 7',
  '${V}',
  '-n',
  '#',
  '~',
]

/** What a script prints in which the mark stands for the value. */
function printed(script: string, value: string): string {
  const bound = bindScript(script, () => 'V')
  expect(bound).not.toContain(MARK)
  return execFileSync('/bin/sh', ['-c', bound], { encoding: 'utf8', env: { V: value, PATH: '/usr/bin:/bin' } })
}

test.each([
  `printf '<%s>' MARK`,
  `printf '<%s>' "MARK"`,
  `printf '<%s>' 'MARK'`,
  `printf '<%s>' "$(printf %s MARK)"`,
  `printf '<%s>' "$(printf %s "MARK")"`,
  `printf '<%s>' "$(printf %s 'MARK')"`,
  'printf "<%s>" "`printf %s MARK`"',
  `x=MARK; printf '<%s>' "$x"`,
  `(printf '<%s>' MARK)`,
  `printf "<%s>" \\''MARK' 2>/dev/null | sed "1s/<'/</"`,
])('%s gets the value as it is', (script) => {
  for (const value of HOSTILE) {
    // A substitution takes the newlines at its end, which none of these has.
    expect(printed(script.replaceAll('MARK', MARK), value)).toBe(`<${value}>`)
  }
})

test('without a value it is left as it is', () => {
  const script = `eval "x" && cat <<E\n'$y'\nE`
  expect(bindScript(script, () => 'V')).toBe(script)
})

test('whatever the script, the value is never read as a part of it', () => {
  const piece = constantFrom(MARK, "'", '"', ' ', '$(', ')', '`', '\\', 'echo ', ';', 'a', '|', '&', '\n')
  assert(
    property(array(piece, { maxLength: 14 }), (pieces) => {
      const bound = bindScript(pieces.join(''), () => 'V')
      if (!bound.includes('V')) return
      const value = `'"; touch INJECTED; echo "$(touch INJECTED)\`touch INJECTED\`'`
      try {
        execFileSync('/bin/sh', ['-c', `touch() { printf MADE >&2; }; ${bound}`], {
          env: { V: value, PATH: '/usr/bin:/bin' },
          stdio: ['ignore', 'ignore', 'pipe'],
        })
      } catch (error) {
        // A script that no shell understands does nothing either.
        const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
        expect(said).not.toContain('MADE')
      }
    }),
    { numRuns: 150 },
  )
})
