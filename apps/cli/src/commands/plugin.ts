import { setFlagsFromString } from 'node:v8'
import { servePlugin } from '@salvage-kit/host'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { leaveSoon } from '../leave-soon.ts'
import { commandReporter } from '../reporter.ts'
import { placeOf } from '../session.ts'

/**
 * Serves Docker's volume plugin until SIGTERM, SIGINT or SIGHUP; 0 after a clean stop. What is wrong is told on stderr, with
 * `--json` in lines on stdout.
 */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  const { loaded, state } = await placeOf(invocation)
  using reporter = commandReporter(terminal, { ...options, verbose: true })
  using interrupt = interruptible(terminal, undefined, 'stopping, calls that run come to their end')
  const { signal } = interrupt
  const onListening = (socket: string): void => {
    // See main.ts: everything is loaded, and lists of thousands of snapshots want room.
    setFlagsFromString('--semi-space-growth-factor=2')
    if (options.json === true)
      terminal.out(`${JSON.stringify({ time: new Date().toISOString(), version: 1, type: 'plugin.ready', socket })}\n`)
    else if (options.quiet !== true) terminal.err(`listening at ${socket}\n`)
  }
  const { directory } = terminal
  await servePlugin({ loaded, stateDirectory: state, directory, report: reporter.report, onListening }, { signal })
  leaveSoon(terminal, 0)
  return 0
}
