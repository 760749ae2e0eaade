import type { ExecSession } from '../../client/exec-session.ts'

/** Gives the far shell a word each `ms`, as long as it takes them: what waits to be sent already is word enough. */
export function beats(session: ExecSession, ms: number): Disposable {
  const timer = setInterval(() => {
    if (session.stdin.writable && !session.stdin.writableNeedDrain) session.stdin.write('\n')
  }, ms)
  const stop = (): void => clearInterval(timer)
  session.ended.then(stop, stop)
  return { [Symbol.dispose]: stop }
}
