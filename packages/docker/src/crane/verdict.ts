import type { Finding } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'

/** How a crane's container ended. */
export interface VesselEnd {
  readonly exitCode: number
  /** The engine said that the kernel ended a process of it for want of memory. */
  readonly outOfMemory: boolean
  /** The signals that others sent through the engine while it ran, as numbers. */
  readonly signals: readonly number[]
  /** The last lines that it printed, without secrets; not read when it ended with 0 by itself. */
  readonly lastLines: readonly string[]
}

/** Signals that ask a program for a word and end nothing: USR1, USR2, CONT, WINCH. */
const HARMLESS = new Set([10, 12, 18, 28])
const NAMES: Readonly<Record<number, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 9: 'SIGKILL', 15: 'SIGTERM' }

/**
 * Says whether a crane of version 1 did its work, `what` being the crane and what it was for. Exit code 0 alone is good.
 * Throws `CRANE.STOPPED` and `CRANE.FAILED`.
 */
export function judge(what: string, end: VesselEnd): readonly Finding[] {
  mustEndByItself(what, end)
  if (end.exitCode !== 0) throw failed(what, end)
  return memoryFindings(what, end)
}

/**
 * Throws `CRANE.STOPPED` when somebody else ended it, with whatever exit code: many programs end with 0 on SIGTERM in the
 * middle of their work.
 */
export function mustEndByItself(what: string, end: VesselEnd): void {
  const ending = end.signals.filter((signal) => !HARMLESS.has(signal))
  if (ending.length === 0) return
  throw new SalvageError('CRANE.STOPPED', `${what} was ended by somebody else (exit code ${String(end.exitCode)})`, {
    why: sentences(`it was sent ${ending.map(signalName).join(', ')} through the engine`, end.lastLines),
    hint: 'see who stops containers on this engine; its work does not count even when the exit code is 0',
    retryable: true,
  })
}

/** The error of a crane that failed by itself. */
export function failed(what: string, end: VesselEnd): SalvageError {
  return new SalvageError('CRANE.FAILED', `${what} ended with exit code ${String(end.exitCode)}`, {
    why: sentences(exitText(end), end.lastLines),
    hint: end.outOfMemory || end.exitCode === 137 ? 'give the machine more memory' : 'see the last lines of the crane',
  })
}

/** Of a crane that ended well although one of its processes was killed for memory. */
export function memoryFindings(what: string, end: VesselEnd): readonly Finding[] {
  return end.outOfMemory
    ? [
        {
          code: 'CRANE.OUT_OF_MEMORY',
          message: `a process of ${what} was killed for want of memory, though the crane ended with exit code ${String(end.exitCode)}`,
          hint: 'give the machine more memory, and check the archive',
        },
      ]
    : []
}

/** Of the last lines, a sentence; empty without lines. */
export function sentences(first: string | undefined, lastLines: readonly string[]): string {
  const lines = lastLines.length === 0 ? 'it printed nothing' : `its last lines: ${lastLines.join(' | ')}`
  return first === undefined ? lines : `${first}; ${lines}`
}

function exitText({ exitCode, outOfMemory }: VesselEnd): string | undefined {
  if (outOfMemory) return 'the kernel ended it for want of memory'
  if (exitCode === 137) return 'something outside the engine sent it SIGKILL, most likely the kernel for want of memory'
  if (exitCode > 128 && exitCode <= 128 + 64) return `it ended by ${signalName(exitCode - 128)}`
  return undefined
}

function signalName(signal: number): string {
  return NAMES[signal] ?? `signal ${String(signal)}`
}
