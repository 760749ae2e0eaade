import { join } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import { askStatus, offlineStatus, socketPath } from '@salvage-kit/daemon'
import type { Status, StatusService, StatusTide } from '@salvage-kit/daemon'
import { placeInSpite, stateDirectory } from '@salvage-kit/host'
import { failureText } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { timeText } from '../output/points-text.ts'
import { table } from '../output/table.ts'
import { placeOf } from '../session.ts'

/** Shows the tides: as the daemon has them, or, when none runs, as configuration, labels and catalog say. */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const status = await statusNow(invocation, signal)
  if (options.json === true) terminal.out(`${JSON.stringify(status, undefined, 2)}\n`)
  else {
    if (options.quiet !== true) {
      terminal.err(`${headline(status)}\n`)
      for (const service of status.services ?? []) terminal.err(serviceText(service))
    }
    if (status.tides.length > 0) terminal.out(statusText(status))
    else if (options.quiet !== true) terminal.err('no tides\n')
    for (const { name, last } of status.tides)
      if (last?.refused !== undefined) terminal.err(failureText(last.refused, `last run of tide ${name}, not begun`))
    for (const { tide, ...finding } of status.problems)
      terminal.err(failureText(finding, tide === undefined ? 'problem' : `problem of tide ${tide}`))
  }
  return 0
}

/** Of the daemon, which needs its socket alone: also when the configuration is wrong by now. */
async function statusNow(invocation: Invocation, signal: AbortSignal): Promise<Status> {
  const found = await placeOf(invocation).catch(async (error: unknown) => ({
    error,
    ...(await whereItWas(invocation)),
  }))
  const socket = 'error' in found ? found.socket : socketPath(found.loaded, found.state)
  try {
    return await askStatus(socket, { signal })
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'DAEMON.AWAY') throw error
    if ('error' in found) throw found.error
    return offlineStatus(found.loaded, found.state, { signal })
  }
}

/** Where a daemon listens that was started before the configuration was broken. */
async function whereItWas({ options, terminal }: Invocation): Promise<{ readonly socket: string }> {
  const { environment, directory } = terminal
  const { state: configured, socket } = await placeInSpite({ file: options.config, environment, directory })
  const isRoot = process.getuid?.() === 0
  const state = stateDirectory({ option: options.state, configured, environment, directory, isRoot })
  return { socket: socket ?? join(state, 'daemon.sock') }
}

function headline({ daemon, tides }: Status): string {
  if (daemon === undefined) return 'no daemon runs: nothing is run by its schedule'
  const isAtWork = tides.some(({ work }) => work?.state === 'running')
  const stopping = isAtWork ? 'stopping: workloads are being put back' : 'stopping'
  const state = daemon.state === 'stopping' ? stopping : daemon.state
  return `the daemon (process ${String(daemon.pid)}) runs since ${timeText(daemon.startedAt)}, ${state}`
}

const SERVICES = { plugin: 'the volume plugin', scheduler: 'the schedule of volumes' } as const

function serviceText({ name, state, since }: StatusService): string {
  return `${SERVICES[name]}: ${state}${since === undefined ? '' : ` since ${timeText(since)}`}\n`
}

function statusText({ tides }: Status): string {
  const columns = ['TIDE', 'SCHEDULE', 'NEXT', 'NOW', 'LAST RUN', 'OUTCOME'].map((heading) => ({ heading }))
  return table(columns, tides.map(row))
}

function row({ name, cron, timeZone, next, work, last }: StatusTide): readonly string[] {
  return [
    name,
    `${cron ?? 'by hand'}${timeZone === undefined ? '' : ` ${timeZone}`}`,
    next === undefined ? '' : timeText(next.start),
    work === undefined ? '' : `${work.state} since ${timeText(work.since)}`,
    last === undefined ? 'never' : timeText(last.startedAt),
    last?.outcome === undefined
      ? ''
      : `${last.outcome}${last.aborted ? ', aborted' : ''}${last.refused === undefined ? '' : ', not begun'}`,
  ]
}
