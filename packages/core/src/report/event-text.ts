import type { RunEvent } from './event.ts'
import { count, formatElapsed, formatFinding, oneLine } from './line.ts'
import { formatSize } from './point-text.ts'

/** An event on one line for people; undefined for progress, which is drawn and not told. */
export function formatEvent(event: RunEvent): string | undefined {
  const text = textOf(event)
  return text === undefined ? undefined : oneLine(text)
}

function textOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'run.started':
      return `${event.kind} ${event.runId}: ${count(event.targets, 'target')} in ${count(event.groups, 'group')}`
    case 'preflight.passed':
      return 'all checks passed, nothing has been touched yet'
    case 'group.started':
      return `${event.group}: ${event.targets.join(', ')}`
    case 'workload.quiescing':
      return event.dumps === true
        ? `${event.group}: preparing ${event.workload}, nobody comes to rest`
        : `${event.group}: bringing ${event.workload} to rest (${event.quiescer})`
    case 'workload.quiesced':
      return event.dumps === true
        ? `${event.group}: ${event.workload} is ready`
        : `${event.group}: ${event.workload} is at rest`
    case 'workload.resuming':
      return event.dumps === true ? undefined : `putting ${event.workload} back (${event.quiescer})`
    case 'workload.resumed':
      return event.dumps === true ? undefined : `${event.workload} is back as it was`
    case 'group.held':
      return `${event.group}: everything is up again, the hold took ${formatElapsed(event.holdMs)}`
    case 'group.tainted':
      return `${event.group}: its copies do not count: ${event.why}`
    case 'snapshot.taken':
      return `${event.target}: snapshot taken (${event.snapshotter})`
    case 'snapshot.kept':
      return `${event.target}: snapshot kept in ${event.point.store} after ${formatElapsed(event.keepMs)} as ${sized(event)}`
    case 'workload.awaited':
      return `waiting until ${event.workload} is as healthy as before`
    case 'lift.started':
      return event.warm === true
        ? `${event.target}: lifting warm to ${event.store}, everything still runs`
        : `${event.target}: lifting to ${event.store}`
    case 'lift.warmed':
      return `${event.target}: ${event.whole ? 'lifted warm' : 'the warm lift failed'} after ${formatElapsed(event.liftMs)}`
    case 'lift.progress':
    case 'lower.progress':
      return undefined
    case 'lift.finished':
      return `${event.target}: lifted in ${formatElapsed(event.liftMs)} as ${sized(event)}`
    case 'target.failed':
      return `${event.target}: failed: ${formatFinding(event.finding)}`
    case 'target.skipped':
      return `${event.target}: skipped: ${formatFinding(event.finding)}`
    case 'lower.started':
      return `${event.target}: restoring point ${event.point.id} of ${event.point.target} from ${event.point.store}`
    case 'lower.finished':
      return `${event.target}: lowered in ${formatElapsed(event.lowerMs)} from ${sized(event)}`
    case 'load.started':
      return `${event.target}: loading ${count(event.files, 'file')} of a dump, proven whole`
    case 'load.finished':
      return `${event.target}: loaded in ${formatElapsed(event.loadMs)}`
    case 'verb.started':
      return `${event.target}: ${event.verb}`
    case 'verb.finished':
      return `${event.target}: ${event.verb} done in ${formatElapsed(event.verbMs)}`
    case 'verb.failed':
      return `${event.target}: ${event.verb} failed: ${formatFinding(event.finding)}`
    case 'lock.awaited':
      return `waiting to hear of run ${event.runId} (${event.holder}): if nothing is heard for ${formatElapsed(event.atMostMs)}, it is dead`
    case 'undo.waiting':
      return `still trying to put back: ${event.what} (run ${event.runId}): ${formatFinding(event.failure)}`
    case 'undone':
      return `undone: ${event.what} (run ${event.runId})`
    case 'stuck':
      return `STUCK: ${event.entry.what} (run ${event.entry.runId}): ${formatFinding(event.entry.failure)}`
    case 'warning':
      return `warning: ${formatFinding(event.finding)}`
    case 'run.finished':
      return finished(event)
  }
}

type Sized = Extract<RunEvent, { type: 'lift.finished' | 'lower.finished' | 'snapshot.kept' }>

function sized({ point }: Sized): string {
  const size = formatSize(point)
  const partial = point.state === 'partial' ? ', PARTIAL' : ''
  return `${point.id}${size === '' ? '' : ` (${size})`}${partial}`
}

function finished({ report }: Extract<RunEvent, { type: 'run.finished' }>): string {
  const took = formatElapsed(Math.max(0, Date.parse(report.endedAt) - Date.parse(report.startedAt)))
  const stuck = report.stuck.length === 0 ? '' : ', NOT ALL PUT BACK,'
  return `${report.kind} ${report.runId}: ${report.aborted ? 'aborted' : report.outcome}${stuck} after ${took}`
}
