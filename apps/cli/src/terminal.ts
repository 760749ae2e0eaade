import { createInterface } from 'node:readline/promises'

/** What a command sees of the world around it: where it writes, whom it can ask, what the environment says. */
export interface Terminal {
  /** Writes to stdout: results only. */
  readonly out: (text: string) => void
  /** Writes to stderr: everything else. */
  readonly err: (text: string) => void
  /** Whether a person can answer questions: stdin and stderr are a terminal. */
  readonly canAsk: boolean
  /** Whether one live line can be redrawn on stderr. */
  readonly live: boolean
  readonly colors: boolean
  /** Columns of the terminal on stderr; 80 when there is none. */
  readonly columns: () => number
  /** Asks on stderr, resolves with the answer without the newline; rejects when the signal comes first. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
}

/** The terminal of this process. A reader that goes away (`| head`) ends the output, not the run. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  const environment = process.env
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    canAsk: process.stdin.isTTY && process.stderr.isTTY,
    live: process.stderr.isTTY && environment['TERM'] !== 'dumb',
    colors: process.stderr.isTTY && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb',
    // Some terminals say that they have none.
    columns: () => process.stderr.columns || 80,
    async ask(question, signal) {
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await lines.question(question, { signal })
      } catch (error) {
        signal.throwIfAborted()
        // Ctrl-C and Ctrl-D in the middle of the line come as errors of its reader.
        if (!(error instanceof Error && error.name === 'AbortError')) throw error
        process.stderr.write('\n')
        const { SalvageError } = await import('@salvage-kit/core')
        throw new SalvageError('ABORTED', 'nothing was done: the question was not answered', { cause: error })
      } finally {
        lines.close()
      }
    },
    environment,
    directory: process.cwd(),
  }
}
