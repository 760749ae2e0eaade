import { formatEvent, jsonLine } from '@salvage-kit/core'
import type { Reporter, RunEvent } from '@salvage-kit/core'
import type { GlobalOptions } from './invocation.ts'
import { liveLine } from './output/live-line.ts'
import { progressView } from './output/progress.ts'
import type { Terminal } from './terminal.ts'

/** A reporter that is ended with the command. */
export interface CommandReporter extends Disposable {
  readonly report: Reporter
}

/** With `-q`: only what a person must know. */
const GRAVE = new Set<RunEvent['type']>(['target.failed', 'target.skipped', 'group.tainted', 'stuck'])
/** Only with `-v`. */
const DETAIL = new Set<RunEvent['type']>([
  'preflight.passed',
  'group.started',
  'workload.quiescing',
  'workload.resuming',
])

/** How often progress stands in JSON lines, for each target; milliseconds. */
const JSON_PROGRESS_MS = 1000

/** Tells events as they come: lines and one live line on stderr, or JSON lines on stdout. */
export function commandReporter(terminal: Terminal, options: GlobalOptions): CommandReporter {
  if (options.json === true) return jsonReporter(terminal)
  const line = liveLine(terminal)
  const quiet = options.quiet === true
  const style = quiet ? 'none' : terminal.live ? 'live' : options.verbose === true ? 'lines' : 'none'
  const progress = progressView(line, style, () => performance.now())
  return {
    report: (event) => {
      const text = isShown(event, options) ? formatEvent(event) : undefined
      if (text !== undefined) line.print(text)
      progress(event)
    },
    [Symbol.dispose]: () => line[Symbol.dispose](),
  }
}

function jsonReporter(terminal: Terminal): CommandReporter {
  const last = new Map<string, number>()
  return {
    report: (event) => {
      if (event.type === 'lift.progress' || event.type === 'lower.progress') {
        const now = performance.now()
        if (now - (last.get(event.target) ?? -Infinity) < JSON_PROGRESS_MS) return
        last.set(event.target, now)
      }
      terminal.out(`${jsonLine(event, new Date())}\n`)
    },
    [Symbol.dispose]: () => undefined,
  }
}

function isShown({ type }: RunEvent, options: GlobalOptions): boolean {
  // The report says the same, and more.
  if (type === 'run.finished') return false
  if (options.quiet === true) return GRAVE.has(type)
  return options.verbose === true || !DETAIL.has(type)
}
