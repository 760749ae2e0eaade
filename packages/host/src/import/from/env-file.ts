import { SalvageError } from '@salvage-kit/core'

const ASSIGNMENT = /^\s*(?:export\s+)?([^\s=#"'][^\s=]*)\s*=(.*)$/
const NAME = /^\s*(?:export\s+)?([^\s=#"']+)$/

/** Where a file of variables stands, and whose variables a bare name stands for. */
export interface EnvFileSource {
  /** For messages. */
  readonly file: string
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * Reads a file of variables as docker, compose and most tools do: `KEY=value` lines, perhaps with `export` before and quotes
 * around the value, which may then have several lines; `#` begins a comment. A name may hold anything but white space. A name
 * alone stands for the variable of the environment, where there is one. Throws `IMPORT.UNREADABLE` with the number of a line
 * that is nothing of this; its text, which may be a secret, is not repeated.
 */
export function parseEnvFile(
  text: string,
  { file, environment = {} }: EnvFileSource,
): Readonly<Record<string, string>> {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  const found: [string, string][] = []
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trimEnd()
    if (/^\s*(?:#|$)/.test(line)) continue
    const [, key, first] = ASSIGNMENT.exec(line) ?? []
    if (key === undefined || first === undefined) {
      const name = NAME.exec(line)?.[1] ?? ''
      const given = environment[name]
      if (given === undefined) throw noAssignment(file, at + 1)
      found.push([name, given])
      continue
    }
    const last = lastLine(lines, at, first.trim())
    const value = [first, ...lines.slice(at + 1, last + 1).map((one) => one.replace(/\r$/, ''))].join('\n')
    found.push([key, valueOf(value.trim())])
    at = last
  }
  return Object.fromEntries(found)
}

/** Of a value in quotes; one whose quote has no partner, or another variable behind it, ends with its line. */
function lastLine(lines: readonly string[], at: number, value: string): number {
  const quote = /^["']/.exec(value)?.[0]
  if (quote === undefined || closes(value.slice(1), quote) || ASSIGNMENT.test(lines[at + 1] ?? '')) return at
  const more = lines.slice(at + 1).findIndex((line) => closes(line.trimEnd(), quote))
  return more < 0 ? at : at + 1 + more
}

function closes(text: string, quote: string): boolean {
  return new RegExp(`${quote}(?:\\s+#.*)?$`).test(text)
}

function valueOf(text: string): string {
  const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/s.exec(text)
  return quoted?.[2] ?? text.replace(/(?:^|\s+)#.*$/, '')
}

function noAssignment(file: string, line: number): SalvageError {
  return new SalvageError('IMPORT.UNREADABLE', `${file}: line ${String(line)} is no assignment`, {
    hint: 'write NAME=value, or # before a comment',
  })
}
