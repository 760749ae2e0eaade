import { SalvageError } from '@salvage-kit/core'
import { followTide, socketPath, triggerTide } from '@salvage-kit/daemon'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { placeOf } from '../session.ts'

/**
 * Has the daemon run a tide now, shows what happens, and ends with the exit code of the run. Whoever stops looking (Ctrl-C)
 * does not end the run: exit code 130, and the daemon goes on. With `--detach` the id of the run is printed at once.
 */
export async function execute(invocation: Invocation<{ readonly detach?: boolean }>): Promise<number> {
  const { args, options, terminal } = invocation
  const [tide = ''] = args
  using interrupt = interruptible(terminal, ['SIGINT', 'SIGTERM', 'SIGHUP'], 'the daemon goes on with the run')
  const { signal } = interrupt
  const { loaded, state } = await placeOf(invocation)
  const socket = socketPath(loaded, state)
  if (options.detach === true) {
    const runId = await triggerTide(socket, tide, { signal })
    terminal.out(options.json === true ? `${JSON.stringify({ version: 1, tide, runId })}\n` : `${runId}\n`)
    return 0
  }
  for await (const line of followTide(socket, tide, { signal })) {
    const { type, text, exitCode } = line
    if (options.json === true) terminal.out(`${JSON.stringify(line)}\n`)
    else if (type === 'tide.ended') terminal.out(`${text ?? ''}\n`)
    else if (text !== undefined && options.quiet !== true) terminal.err(`${text}\n`)
    if (exitCode !== undefined) return exitCode
  }
  signal.throwIfAborted()
  throw new SalvageError('DAEMON.AWAY', `the daemon ended before the run of tide ${tide} was over`, {
    hint: 'salvage-kit history says what became of it',
  })
}
