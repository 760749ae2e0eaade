import { isScheduleDetail, scheduleEventText } from '@salvage-kit/host'
import type { ScheduleEvent } from '@salvage-kit/host'
import { formatDuration, formatEvent, formatFinding, formatReport } from '@salvage-kit/core'
import type { Finding, RunEvent, RunReport } from '@salvage-kit/core'

/** Everything that the daemon tells. */
export type DaemonEvent =
  | { readonly type: 'daemon.started'; readonly pid: number; readonly socket: string }
  | { readonly type: 'daemon.recovered'; readonly undone: number }
  /** How long after the start of the daemon. */
  | { readonly type: 'daemon.ready'; readonly tides: number; readonly afterMs: number }
  /** Something keeps the daemon, or one of its tides, from its work. Told when it begins, not each time it is met. */
  | { readonly type: 'problem'; readonly finding: Finding; readonly tide?: string }
  | { readonly type: 'solved'; readonly what: string }
  /** Other tides, or other times, than before. */
  | { readonly type: 'tides.changed'; readonly added: readonly string[]; readonly removed: readonly string[] }
  /** `nominal` is the time of the schedule; absent for a run by hand. */
  | { readonly type: 'tide.due'; readonly tide: string; readonly runId: string; readonly nominal?: string }
  | { readonly type: 'tide.missed'; readonly tide: string; readonly nominal: string }
  | { readonly type: 'tide.waiting'; readonly tide: string; readonly runId: string; readonly finding: Finding }
  | { readonly type: 'run.event'; readonly tide: string; readonly runId: string; readonly event: RunEvent }
  | {
      readonly type: 'tide.ended'
      readonly tide: string
      readonly runId: string
      readonly exitCode: number
      readonly report?: RunReport
      readonly finding?: Finding
    }
  /** Something of a run after its report: what could not be pruned, a report that did not arrive. */
  | { readonly type: 'tide.warning'; readonly tide: string; readonly runId: string; readonly finding: Finding }
  | { readonly type: 'clock.set'; readonly tides: readonly string[] }
  /** What fell due while something of a past run is stuck, and cannot be begun before that is put back. Once for each tide. */
  | { readonly type: 'tide.refused'; readonly tide: string; readonly nominal: string; readonly finding: Finding }
  | { readonly type: 'service.ready'; readonly service: 'plugin' | 'scheduler'; readonly socket?: string }
  | { readonly type: 'service.stopped'; readonly service: 'plugin' | 'scheduler' }
  /** What the plugin or the scheduler does to volumes. */
  | { readonly type: 'service.event'; readonly service: 'plugin' | 'scheduler'; readonly event: RunEvent }
  | { readonly type: 'schedule.event'; readonly event: ScheduleEvent }
  | { readonly type: 'daemon.stopping'; readonly running: readonly string[] }
  | { readonly type: 'daemon.stopped'; readonly exitCode: number }

/** Takes what the daemon tells. Quick, and must not throw. */
export type Tell = (event: DaemonEvent) => void

/** Only with `verbose`: what happens often and means little, or stands in the report at the end as well. */
export function isDetail(event: DaemonEvent): boolean {
  if (event.type === 'schedule.event') return isScheduleDetail(event.event)
  if (event.type !== 'run.event' && event.type !== 'service.event') return false
  const { type } = event.event
  return ![
    'target.failed',
    'target.skipped',
    'group.tainted',
    'stuck',
    'undo.waiting',
    'lock.awaited',
    'verb.failed',
  ].includes(type)
}

/** An event in words, without a newline at the end; undefined for what the words of another event say. */
export function daemonEventText(event: DaemonEvent): string | undefined {
  switch (event.type) {
    case 'daemon.started':
      return `started, process ${String(event.pid)}, socket ${event.socket}`
    case 'daemon.recovered':
      return event.undone === 0 ? undefined : `took back ${String(event.undone)} steps of runs that died`
    case 'daemon.ready':
      return `ready after ${formatDuration(Math.round(event.afterMs))}, ${String(event.tides)} tides`
    case 'problem':
      return `${event.tide === undefined ? '' : `${event.tide}: `}${formatFinding(event.finding)}`
    case 'solved':
      return `${event.what}: it is well again`
    case 'tides.changed':
      return `tides changed${listed(', now scheduled', event.added)}${listed(', no more', event.removed)}`
    case 'tide.due':
      return `${event.tide}: run ${event.runId}${event.nominal === undefined ? ' by hand' : ` for ${event.nominal}`}`
    case 'tide.missed':
      return `${event.tide}: missed at ${event.nominal}, and not made good`
    case 'tide.waiting':
      return `${event.tide}: waits: ${formatFinding(event.finding)}`
    case 'run.event': {
      const text = event.event.type === 'run.finished' ? undefined : formatEvent(event.event)
      return text === undefined ? undefined : `${event.tide}: ${text}`
    }
    case 'tide.ended':
      if (event.report !== undefined) return `${event.tide}: ${formatReport(event.report)}`
      return `${event.tide}: failed: ${event.finding === undefined ? '' : formatFinding(event.finding)}`
    case 'tide.warning':
      return `${event.tide}: warning: ${formatFinding(event.finding)}`
    case 'tide.refused':
      return `${event.tide}: due at ${event.nominal}, and not begun: ${formatFinding(event.finding)}`
    case 'service.ready':
      return `${SERVICES[event.service]} runs${event.socket === undefined ? '' : `, socket ${event.socket}`}`
    case 'service.stopped':
      return `${SERVICES[event.service]} has stopped`
    case 'service.event':
      return formatEvent(event.event)
    case 'schedule.event':
      return scheduleEventText(event.event)
    case 'clock.set':
      return `the clock was set back by more than a day; begun anew: ${event.tides.join(', ')}`
    case 'daemon.stopping':
      return event.running.length === 0 ? 'stopping' : `stopping, putting back: ${event.running.join(', ')}`
    case 'daemon.stopped':
      return 'stopped'
  }
}

const SERVICES = { plugin: 'the volume plugin', scheduler: 'the schedule of volumes' } as const

/** The event as one line of JSON, in the form of `run --json`. */
export function daemonJsonLine({ type, ...members }: DaemonEvent, now: Date): string {
  return JSON.stringify({ time: now.toISOString(), version: 1, type, ...members })
}

function listed(title: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${title}: ${names.join(', ')}`
}
