import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { oneLine } from '@salvage-kit/core'
import { daemonEventText, daemonJsonLine, isDetail, runDaemon } from '@salvage-kit/daemon'
import type { DaemonEvent, DaemonSettings } from '@salvage-kit/daemon'
import { loadConfig } from '@salvage-kit/host'
import type { LoadedConfig } from '@salvage-kit/host'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { leaveSoon } from '../leave-soon.ts'
import { placeOf } from '../session.ts'
import type { Place } from '../session.ts'

/** Files that are written in several steps are read once. */
const SETTLE_MS = 200

/**
 * Runs tides by their schedule until SIGTERM or SIGINT; 0 after a clean stop. SIGHUP, or a change of the file, has the
 * configuration read again. What happens is told on stderr, with `--json` in lines on stdout.
 */
export async function execute(invocation: Invocation): Promise<number> {
  const { environment, directory } = invocation.terminal
  const file = invocation.options.config
  return daemonAt(invocation, await placeOf(invocation), async () => loadConfig({ file, environment, directory }))
}

/** The same with a configuration that was read already; `load` reads it again. */
export async function daemonAt(
  invocation: Invocation,
  { loaded, state }: Place,
  load: DaemonSettings['load'],
): Promise<number> {
  const { options, terminal } = invocation
  const { directory, redactor } = terminal
  // A container's log and a journal are read by people too, long after.
  using interrupt = interruptible(terminal, ['SIGINT', 'SIGTERM'], 'stopping')
  using hangup = hangups()
  const verbose = options.verbose === true
  const settings: DaemonSettings = {
    loaded,
    load,
    stateDirectory: state,
    directory,
    redactor,
    tell: teller(invocation),
    onChange: (changed, { signal }) => {
      hangup.heard(changed)
      watchFile(loaded, changed, signal)
    },
    ...(verbose ? { onLine: (ref, line) => terminal.err(`${ref.target}: ${oneLine(line)}\n`) } : {}),
  }
  const code = await runDaemon(settings, { signal: interrupt.signal })
  leaveSoon(terminal, code)
  return code
}

function teller({ options, terminal }: Invocation): (event: DaemonEvent) => void {
  let isFast = false
  return (event) => {
    if (event.type === 'tide.due' && !isFast) {
      isFast = true
      // See main.ts: from now on data is moved.
      for (const flag of ['--opt', '--maglev']) setFlagsFromString(flag)
    }
    if (options.json === true) {
      const isOfWork = event.type === 'run.event' || event.type === 'service.event'
      if (isOfWork && event.event.type === 'lift.progress') return
      terminal.out(`${daemonJsonLine(event, new Date())}\n`)
      return
    }
    if (options.verbose !== true && isDetail(event)) return
    if (options.quiet === true && event.type !== 'problem' && event.type !== 'tide.ended') return
    const text = daemonEventText(event)
    if (text !== undefined) terminal.err(`${new Date().toISOString()} ${text}\n`)
  }
}

interface Hangups extends Disposable {
  heard(by: () => void): void
}

/** SIGHUP, listened to until the very end: unheard, it would kill the process while workloads are put back. */
function hangups(): Hangups {
  let listener: (() => void) | undefined
  const onSignal = (): void => listener?.()
  process.on('SIGHUP', onSignal)
  return {
    heard: (by) => {
      listener = by
    },
    [Symbol.dispose]: () => void process.off('SIGHUP', onSignal),
  }
}

/** The file may be replaced, so its directory is watched. */
function watchFile({ file }: LoadedConfig, changed: () => void, signal: AbortSignal): void {
  if (file === undefined) return
  let settling: NodeJS.Timeout | undefined
  try {
    const watching = watch(dirname(file), { persistent: false, signal }, (_type, name) => {
      if (name !== null && name !== basename(file)) return
      clearTimeout(settling)
      settling = setTimeout(changed, SETTLE_MS)
    })
    // What cannot be watched is read again with every tide.
    watching.on('error', () => undefined)
  } catch {
    // The same.
  }
}
