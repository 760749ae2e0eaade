import { pipeline } from 'node:stream/promises'
import { openShell } from '@salvage-kit/host/ns'
import type { BakDatabaseName } from '@salvage-kit/host/ns'
import type { Execute } from '../../../invocation.ts'
import { withDatabase } from '../../../ns-session.ts'

/** Runs the client of the database in its container: on a terminal when this process has one, else through pipes. Ends with its exit code. */
export function executeOf(of: BakDatabaseName): Execute {
  return async (invocation) =>
    withDatabase(invocation, of, async ({ ns, place, signal }) => {
      const { stdin, stdout, stderr } = process
      const size = (): { columns: number; rows: number } => ({ columns: stdout.columns, rows: stdout.rows })
      const onTerminal = stdin.isTTY && stdout.isTTY
      await using session = await openShell(ns.cluster, place, { signal, ...(onTerminal ? { terminal: size() } : {}) })
      const resized = (): void => session.resize?.(size())
      if (onTerminal) {
        stdin.setRawMode(true)
        stdout.on('resize', resized)
      }
      // The program may end first: what nobody reads any more is no failure.
      pipeline(stdin, session.stdin).catch(() => undefined)
      session.stdout.pipe(stdout, { end: false })
      session.stderr.pipe(stderr, { end: false })
      try {
        return (await session.ended).code
      } finally {
        stdout.off('resize', resized)
        if (onTerminal) stdin.setRawMode(false)
        stdin.destroy()
      }
    })
}
