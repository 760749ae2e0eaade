import { isSalvageError } from '@salvage-kit/core'
import { askStatus, offlineStatus, socketPath } from '@salvage-kit/daemon'
import type { Status, StatusTide } from '@salvage-kit/daemon'
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
  const { loaded, state } = await placeOf(invocation)
  const status = await statusNow(
    socketPath(loaded, state),
    async () => offlineStatus(loaded, state, { signal }),
    signal,
  )
  if (options.json === true) terminal.out(`${JSON.stringify(status, undefined, 2)}\n`)
  else {
    if (options.quiet !== true) terminal.err(`${headline(status)}\n`)
    if (status.tides.length > 0) terminal.out(statusText(status))
    else if (options.quiet !== true) terminal.err('no tides\n')
    for (const { name, last } of status.tides)
      if (last?.refused !== undefined) terminal.err(failureText(last.refused, `last run of tide ${name}, not begun`))
    for (const { tide, ...finding } of status.problems)
      terminal.err(failureText(finding, tide === undefined ? 'problem' : `problem of tide ${tide}`))
  }
  return 0
}

async function statusNow(socket: string, offline: () => Promise<Status>, signal: AbortSignal): Promise<Status> {
  try {
    return await askStatus(socket, { signal })
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'DAEMON.AWAY') throw error
    return offline()
  }
}

function headline({ daemon }: Status): string {
  if (daemon === undefined) return 'no daemon runs: nothing is run by its schedule'
  return `the daemon (process ${String(daemon.pid)}) runs since ${timeText(daemon.startedAt)}, ${daemon.state}`
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
