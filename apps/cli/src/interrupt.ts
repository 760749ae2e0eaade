import { SalvageError } from '@salvage-kit/core'
import type { Terminal } from './terminal.ts'

/** How long the way back may take before a second signal ends the process at once. */
const PATIENCE_MS = 5000

/** The signals that a person or a service manager ends a run with, as an abort signal. Ends with `using`. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts: lifts end, workloads rise, the process exits with 130. A second one within
 * five seconds is not heeded, so that an impatient Ctrl-C does not leave workloads down; a later one ends the process at
 * once, and the journal says what `recover` has to put back.
 */
export function interruptible(
  terminal: Terminal,
  names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'],
  what = 'stopping, workloads are being put back',
): Interrupt {
  const controller = new AbortController()
  let since: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    if (since === undefined) {
      since = performance.now()
      terminal.err(`${name}: ${what}\n`)
      controller.abort(new SalvageError('ABORTED', `stopped by ${name}`))
    } else if (performance.now() - since >= PATIENCE_MS) {
      terminal.err(`${name}: leaving at once; salvage-kit recover puts back what is left\n`)
      process.exit(130)
    } else terminal.err(`${name}: still putting back; again in five seconds ends it at once\n`)
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
