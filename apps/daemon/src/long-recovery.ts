import { describeUndo, formatDuration } from '@salvage-kit/core'
import type { Journal } from '@salvage-kit/core'
import type { Problems } from './problems.ts'

const FIRST_MS = 10_000
const SHOWN = 3
const ABOUT = 'a long recovery'

/** Ends the watch. */
export interface RecoveryWatch extends Disposable {
  readonly begun: number
}

/**
 * Says what a recovery waits for when it takes long: after ten seconds, then after twice as long each time. With `using`;
 * `afterMs` is for tests.
 */
export function watchRecovery(journal: Journal, problems: Problems, afterMs: number = FIRST_MS): RecoveryWatch {
  const begun = performance.now()
  let nextMs = afterMs
  let isOver = false
  let timer: NodeJS.Timeout
  const look = async (): Promise<void> => {
    const pending = await journal.pending().catch(() => [])
    if (isOver) return
    const what = pending.map(({ undo, runId }) => `${describeUndo(undo)} (run ${runId})`)
    const more = what.length > SHOWN ? ` and ${String(what.length - SHOWN)} more` : ''
    problems.set(ABOUT, {
      code: 'DAEMON.RECOVERING',
      message: `putting back what dead runs left goes on for ${formatDuration(nextMs)} already`,
      why: what.length === 0 ? 'the journal holds nothing any more' : `${what.slice(0, SHOWN).join(', ')}${more}`,
      hint: 'look at what it waits for: a workload that does not rise, a store that does not answer',
    })
    nextMs *= 2
    timer = setTimeout(() => void look(), begun + nextMs - performance.now())
  }
  timer = setTimeout(() => void look(), nextMs)
  return {
    begun,
    [Symbol.dispose]: () => {
      isOver = true
      clearTimeout(timer)
      problems.clear(ABOUT)
    },
  }
}
