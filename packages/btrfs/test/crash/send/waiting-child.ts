import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

/** A process that has loaded everything and begins with its work when it is told to. */
export interface WaitingChild {
  /** Tells it what to do and kills it after so many milliseconds; resolves with its exit code, null when it was killed. */
  readonly go: (
    work: unknown,
    kill: { readonly afterMs: number; readonly by: () => void | Promise<void> },
  ) => Promise<number | null>
  readonly kill: () => void
}

/** Starts one, to be used once. The script reads one line of JSON. */
export function waitingChild(script: string): WaitingChild {
  const child: ChildProcess = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore', 'ipc'] })
  const ready = once(child, 'message')
  ready.catch(() => undefined)
  const closed = once(child, 'close')
  return {
    kill: () => void child.kill('SIGKILL'),
    go: async (work, { afterMs, by }) => {
      await ready
      child.stdin?.end(JSON.stringify(work))
      await Promise.race([setTimeout(afterMs), closed])
      if (child.exitCode === null) await by()
      await closed
      return child.exitCode
    },
  }
}

/** A number from 0 to 1 for each round of a seed. */
export function fraction(seed: number, round: number): number {
  let state = (seed + round * 7919) >>> 0
  for (let turn = 0; turn < 3; turn++) state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + round) >>> 0
  return state / 2 ** 32
}
