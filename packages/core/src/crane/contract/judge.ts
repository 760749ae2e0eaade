import type { Finding } from '../../finding.ts'
import { SalvageError } from '../../error.ts'
import type { Store } from '../store.ts'
import type { CraneAction } from './action.ts'
import type { CraneEnd, CraneHints } from './end.ts'
import { craneFailed, lastWords, mustEndByItself } from './exit-code.ts'
import { reservedFailure } from './reserved.ts'

/** A lift whose archive stands and is not whole. */
const PARTIAL = 3
const NO_SPACE = 14

/** What came of an action that did its work. */
export interface ActionVerdict {
  readonly partial: boolean
  readonly findings: readonly Finding[]
}

/** Says whether cranes did their work; `what` names the crane and what it was for. */
export interface CraneJudge {
  /** Of a crane of version 1: exit code 0 alone is good. Throws `CRANE.STOPPED` and `CRANE.FAILED`. */
  lift(what: string, end: CraneEnd): readonly Finding[]
  /** Of a crane of version 2. Throws the error of the exit code that the contract reserves, `CRANE.STOPPED` or `CRANE.FAILED`. */
  action(what: string, action: CraneAction, store: Store, end: CraneEnd): ActionVerdict
}

/** One that gives the advice of a platform. */
export function craneJudge(hints: CraneHints): CraneJudge {
  return {
    lift(what, end) {
      mustEndByItself(what, end, hints)
      if (end.exitCode !== 0) throw craneFailed(what, end, hints)
      return memoryFindings(what, end, hints)
    },
    action(what, action, { ref }, end) {
      mustEndByItself(what, end, hints)
      const { exitCode } = end
      if (exitCode === 0 || (exitCode === PARTIAL && action === 'lift'))
        return { partial: exitCode === PARTIAL, findings: memoryFindings(what, end, hints) }
      const why = lastWords(end.lastLines, `${what} ended with exit code ${String(exitCode)}`)
      if (exitCode === NO_SPACE && action === 'lower')
        throw new SalvageError('RESTORE.NO_SPACE', 'what is restored does not fit into its destination', {
          why,
          hint: 'make room there, or name another place with --to',
        })
      throw reservedFailure(exitCode, ref, why, hints) ?? craneFailed(what, end, hints)
    },
  }
}

/** Of a crane that ended well although one of its processes was killed for memory. */
function memoryFindings(what: string, { outOfMemory, exitCode }: CraneEnd, { memory }: CraneHints): readonly Finding[] {
  if (!outOfMemory) return []
  return [
    {
      code: 'CRANE.OUT_OF_MEMORY',
      message: `a process of ${what} was killed for want of memory, though the crane ended with exit code ${String(exitCode)}`,
      hint: `${memory}, and check the archive`,
    },
  ]
}
