import type { Finding } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'

/** How a crane's pod ended. */
export interface PodEnd {
  readonly exitCode: number
  readonly outOfMemory: boolean
  /** Somebody or something else took the pod away while it ran, and which. */
  readonly takenAway?: string
  /** The last lines that it printed, without secrets. */
  readonly lastLines: readonly string[]
}

/** Says whether a crane of version 1 did its work. Exit code 0 alone is good. Throws `CRANE.STOPPED` and `CRANE.FAILED`. */
export function judge(what: string, end: PodEnd): readonly Finding[] {
  mustEndByItself(what, end)
  if (end.exitCode !== 0) throw failed(what, end)
  return memoryFindings(what, end)
}

/** Throws `CRANE.STOPPED`: many programs end with 0 on SIGTERM in the middle of their work. */
export function mustEndByItself(what: string, { takenAway, exitCode, lastLines }: PodEnd): void {
  if (takenAway === undefined) return
  throw new SalvageError('CRANE.STOPPED', `${what} was ended from outside (exit code ${String(exitCode)})`, {
    why: sentences(takenAway, lastLines),
    hint: 'see who or what takes pods away; its work does not count even when the exit code is 0',
    retryable: true,
  })
}

/** The error of a crane that failed by itself. */
export function failed(what: string, end: PodEnd): SalvageError {
  const why = end.outOfMemory ? 'it had no more memory than its limit' : undefined
  return new SalvageError('CRANE.FAILED', `${what} ended with exit code ${String(end.exitCode)}`, {
    why: sentences(why, end.lastLines),
    hint: end.outOfMemory || end.exitCode === 137 ? 'give the crane more memory' : 'see the last lines of the crane',
  })
}

/** Of a crane that ended well although it was killed for memory. */
export function memoryFindings(what: string, { outOfMemory }: PodEnd): readonly Finding[] {
  if (!outOfMemory) return []
  return [
    {
      code: 'CRANE.OUT_OF_MEMORY',
      message: `a process of ${what} was killed for want of memory, though the crane ended well`,
      hint: 'give the crane more memory, and check the archive',
    },
  ]
}

/** Of the last lines, a sentence. */
export function sentences(first: string | undefined, lastLines: readonly string[]): string {
  const lines = lastLines.length === 0 ? 'it printed nothing' : `its last lines: ${lastLines.join(' | ')}`
  return first === undefined ? lines : `${first}; ${lines}`
}
