import { isScheduleDetail, scheduleEventText, serveSchedule } from '@salvage-kit/host'
import type { ScheduleEvent } from '@salvage-kit/host'
import { interruptible } from './interrupt.ts'
import type { Invocation } from './invocation.ts'
import { leaveSoon } from './leave-soon.ts'
import { commandReporter } from './reporter.ts'
import { placeOf } from './session.ts'

/** Does what the schedule file says until SIGTERM, SIGINT or SIGHUP; 0 after a clean stop. */
export async function runScheduleHere(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  const { loaded, state } = await placeOf(invocation)
  using reporter = commandReporter(terminal, options)
  using interrupt = interruptible(terminal, undefined, 'stopping, what runs comes to its end')
  const tell = (event: ScheduleEvent): void => {
    const time = new Date().toISOString()
    if (options.json === true) return terminal.out(`${JSON.stringify({ time, version: 1, ...event })}\n`)
    if (options.verbose !== true && isScheduleDetail(event)) return
    const isGrave = event.type === 'schedule.failed' || event.type === 'schedule.finding'
    if (options.quiet !== true || isGrave) terminal.err(`${time} ${scheduleEventText(event)}\n`)
  }
  const { directory } = terminal
  const settings = { loaded, stateDirectory: state, directory, report: reporter.report, tell }
  await serveSchedule(settings, { signal: interrupt.signal })
  leaveSoon(terminal, 0)
  return 0
}
