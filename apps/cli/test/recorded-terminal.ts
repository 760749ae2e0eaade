import type { Terminal } from '../src/terminal.ts'

/** A terminal that keeps what is written to it. */
export interface RecordedTerminal extends Terminal {
  readonly written: { out: string; err: string }
}

/** A pipe, unless `given` says otherwise; questions are answered with `answers`, in order. */
export function recordedTerminal(given: Partial<Terminal> = {}, answers: readonly string[] = []): RecordedTerminal {
  const written = { out: '', err: '' }
  const left = [...answers]
  return {
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    canAsk: false,
    live: false,
    colors: false,
    columns: () => 80,
    ask: async () => left.shift() ?? '',
    environment: {},
    directory: '/',
    ...given,
    written,
  }
}
