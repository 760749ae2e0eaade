import { CommanderError } from 'commander'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { GlobalOptions } from './invocation.ts'
import type { Terminal } from './terminal.ts'

/** How to speak of a failure. */
export interface Spoken extends Pick<GlobalOptions, 'json' | 'verbose'> {
  /** The command whose help says what is right, such as `salvage-kit run`. */
  readonly command?: string
}

/** Says what went wrong: three lines for people, one object for programs. Bugs show their stack with `-v`. */
export function printFailure(error: unknown, options: Spoken, terminal: Terminal): void {
  const finding = failureOf(error, options.command ?? 'salvage-kit')
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, error: finding })}\n`)
  else terminal.err(failureText(finding))
  if (options.verbose === true && !isSalvageError(error) && error instanceof Error && error.stack !== undefined)
    terminal.err(`${error.stack}\n`)
}

/** `error: what`, then why and what to do next, each where there is one. */
export function failureText(finding: Finding, title = 'error'): string {
  const lines = [`${title}: ${finding.message}`]
  if (finding.why !== undefined) lines.push(...indented('why', finding.why))
  if (finding.hint !== undefined) lines.push(...indented('next', finding.hint))
  return `${lines.join('\n')}\n`
}

/** A wrong command line: exit code 2. */
export function usageError(
  message: string,
  details: { readonly why?: string; readonly hint?: string } = {},
): SalvageError {
  return new SalvageError('CLI.USAGE', message, details)
}

function failureOf(error: unknown, command: string): Finding {
  if (error instanceof CommanderError) return usageFinding(error, command)
  if (isSalvageError(error)) {
    const { code, message, why, hint } = error
    return { code, message, ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }
  }
  return {
    code: 'BUG',
    message: errorText(error),
    why: 'this is a fault of salvage-kit itself',
    hint: 'run it again with -v and report what it prints',
  }
}

function usageFinding(error: CommanderError, command: string): Finding {
  const help = `see ${command} --help`
  // Its help has been printed.
  if (error.code === 'commander.help') return { code: 'CLI.USAGE', message: 'no command is named', hint: help }
  const [message = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = rest.join(' ').replace(/^\((.*)\)$/, '$1')
  return { code: 'CLI.USAGE', message, hint: suggestion === '' ? help : suggestion.toLowerCase() }
}

function indented(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = text.split('\n')
  return [`  ${label}: ${first}`, ...rest.map((line) => `${' '.repeat(label.length + 4)}${line}`)]
}
