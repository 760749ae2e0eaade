import { SalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { recordedTerminal } from '../test/recorded-terminal.ts'
import { printFailure } from './failure.ts'

const failure = new SalvageError('A.B', 'what went wrong', { why: 'first\nsecond', hint: 'do this' })

function printed(error: unknown, options: Parameters<typeof printFailure>[1]): { out: string; err: string } {
  const terminal = recordedTerminal()
  printFailure(error, options, terminal)
  return terminal.written
}

test('a failure says what, why and what next', () => {
  expect(printed(failure, {})).toEqual({
    out: '',
    err: 'error: what went wrong\n  why: first\n       second\n  next: do this\n',
  })
  expect(printed(failure, { verbose: true }).err).not.toContain('failure.test.ts')
})

test('with --json it is one object on stdout', () => {
  const { out, err } = printed(failure, { json: true })
  expect(err).toBe('')
  expect(JSON.parse(out)).toEqual({
    version: 1,
    error: { code: 'A.B', message: 'what went wrong', why: 'first\nsecond', hint: 'do this' },
  })
})

test('a bug is called one, and shows its stack with -v', () => {
  const bug = new TypeError('x is not a function')
  expect(printed(bug, {}).err).toMatch(
    /^error: x is not a function\n {2}why: .*fault of salvage-kit.*\n {2}next: .*-v.*\n$/,
  )
  expect(printed(bug, { verbose: true }).err).toContain('failure.test.ts')
  expect(JSON.parse(printed(bug, { json: true }).out)).toMatchObject({ error: { code: 'BUG' } })
})
