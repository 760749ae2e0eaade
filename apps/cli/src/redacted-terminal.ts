import { createRedactor } from '@salvage-kit/core'
import type { Redactor } from '@salvage-kit/core'
import type { Terminal } from './terminal.ts'

/** A terminal that never shows a known secret, nor a password in a URL. */
export interface RedactedTerminal extends Terminal {
  readonly redactor: Redactor
}

/** Puts a redactor before everything that a command writes. */
export function redactedTerminal(terminal: Terminal): RedactedTerminal {
  const redactor = createRedactor()
  return {
    ...terminal,
    redactor,
    out: (text) => terminal.out(redactor.redact(text)),
    err: (text) => terminal.err(redactor.redact(text)),
  }
}
