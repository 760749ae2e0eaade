import { SalvageError } from '../../error.ts'
import type { CraneEnd, CraneHints } from './end.ts'

const NAMES: Readonly<Record<number, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 9: 'SIGKILL', 15: 'SIGTERM' }
const KILLED = 137
/** What shells add to the number of a signal. */
const SIGNALS = 128

/** As people write it. */
export function signalName(signal: number): string {
  return NAMES[signal] ?? `signal ${String(signal)}`
}

/** Throws `CRANE.STOPPED` when somebody else ended it: many programs end with 0 on SIGTERM in the middle of their work. */
export function mustEndByItself(what: string, { endedBy, exitCode, lastLines }: CraneEnd, { ended }: CraneHints): void {
  if (endedBy === undefined) return
  throw new SalvageError('CRANE.STOPPED', `${what} was ended by somebody else (exit code ${String(exitCode)})`, {
    why: lastWords(lastLines, endedBy),
    hint: `${ended}; its work does not count even when the exit code is 0`,
    retryable: true,
  })
}

/** The error of a crane that failed by itself. */
export function craneFailed(what: string, end: CraneEnd, { memory }: CraneHints): SalvageError {
  const { exitCode, outOfMemory, lastLines } = end
  return new SalvageError('CRANE.FAILED', `${what} ended with exit code ${String(exitCode)}`, {
    why: lastWords(lastLines, exitText(end)),
    hint: outOfMemory || exitCode === KILLED ? memory : 'see the last lines of the crane',
  })
}

/** The last lines of a crane as a sentence, after another one where there is one. */
export function lastWords(lastLines: readonly string[], first?: string): string {
  const lines = lastLines.length === 0 ? 'it printed nothing' : `its last lines: ${lastLines.join(' | ')}`
  return first === undefined ? lines : `${first}; ${lines}`
}

function exitText({ exitCode, outOfMemory }: CraneEnd): string | undefined {
  if (outOfMemory) return 'the kernel ended it for want of memory'
  if (exitCode === KILLED) return 'something sent it SIGKILL, most likely the kernel for want of memory'
  if (exitCode > SIGNALS && exitCode <= SIGNALS + 64) return `it ended by ${signalName(exitCode - SIGNALS)}`
  return undefined
}
