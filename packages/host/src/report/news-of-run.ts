import { exitCodeOf, findingOf } from '@salvage-kit/core'
import type { Finding, Reporter, RestorePoint, RunReport, TargetRef } from '@salvage-kit/core'
import type { EndNews, News, VolumeNews } from '@salvage-kit/notify'

/** What the news of a run say of themselves. */
export interface RunNewsSettings {
  readonly machine: string
  readonly tide: string
  /** The crane of the tide, for targets that failed before theirs was known. */
  readonly store: string | undefined
}

/** Turns what happens in one run into news. */
export interface RunNews {
  readonly event: Reporter
  /** The run ended without a report. */
  readonly refused: (error: unknown) => void
}

/** Tells each start, end of a target and end of a run once. What it tells of targets is final: their workloads are up by then. */
export function newsOfRun({ machine, tide, store }: RunNewsSettings, tell: (news: News) => void): RunNews {
  const opened = Date.now()
  const began = new Map<TargetRef, { readonly at: number; readonly crane: string }>()
  /** Snapshots that stay: a copy elsewhere of the same cut says more, and may yet fail. */
  const kept = new Map<TargetRef, Pick<VolumeNews, 'point' | 'durationMs'>>()
  const told = new Set<TargetRef>()
  let runId: string | undefined
  let ended = false
  const common = (): { machine: string; tide: string; at: string; runId?: string } => {
    const now = { machine, tide, at: new Date().toISOString() }
    return runId === undefined ? now : { ...now, runId }
  }
  const volume = (
    target: TargetRef,
    end: Omit<VolumeNews, keyof ReturnType<typeof common> | 'target' | 'crane'>,
  ): void => {
    if (told.has(target)) return
    told.add(target)
    const crane = end.point === undefined ? (began.get(target)?.crane ?? store ?? 'none') : craneOf(end.point.store)
    tell({ ...common(), ...end, target, crane })
  }
  const failed = (target: TargetRef, failure: Finding): void => {
    const start = began.get(target)?.at
    volume(target, { event: 'volumeFailure', failure, durationMs: start === undefined ? 0 : Date.now() - start })
  }
  return {
    event: (event) => {
      if (event.type === 'run.started') {
        runId = event.runId
        tell({ ...common(), event: 'start', runId })
      } else if (event.type === 'lift.started') {
        began.set(event.target, { at: Date.now(), crane: craneOf(event.store) })
      } else if (event.type === 'lift.finished') {
        volume(event.target, { ...liftedAs(event.point), durationMs: event.liftMs })
      } else if (event.type === 'snapshot.kept') {
        kept.set(event.target, { point: event.point, durationMs: event.keepMs })
      } else if (event.type === 'target.failed' || event.type === 'target.skipped') {
        failed(event.target, event.finding)
      } else if (event.type === 'run.finished') {
        ended = true
        for (const [target, end] of kept) volume(target, { ...end, event: 'volumeSuccess' })
        tell({ ...common(), ...endOf(event.report) })
      }
    },
    refused: (error) => {
      if (ended) return
      ended = true
      tell({ ...common(), event: 'failure', durationMs: Date.now() - opened, failure: findingOf(firstOf(error)) })
    },
  }
}

function liftedAs(point: RestorePoint): Pick<VolumeNews, 'event' | 'point' | 'failure'> {
  if (point.state === 'good') return { event: 'volumeSuccess', point }
  const failure = { code: 'REPORT.PARTIAL', message: 'the copy is not whole', why: 'not everything could be read' }
  return { event: 'volumeFailure', point, failure }
}

function endOf(report: RunReport): Pick<EndNews, 'event' | 'durationMs' | 'report' | 'runId'> {
  const durationMs = Math.max(0, Date.parse(report.endedAt) - Date.parse(report.startedAt))
  const code = exitCodeOf(report)
  return {
    // What is stuck or was aborted is no partial success.
    event: code === 0 ? 'success' : code === 3 ? 'partial' : 'failure',
    durationMs,
    report,
    runId: report.runId,
  }
}

/** The name of a crane, else the kind of a store: its address is nobody's business. */
function craneOf(store: string): string {
  const [kind = '', ...rest] = store.split(':')
  return kind === 'crane' ? rest.join(':') : kind
}

/** What went wrong first; what then went wrong in closing things says less. */
function firstOf(error: unknown): unknown {
  if (error instanceof SuppressedError) return firstOf(error.suppressed)
  return error instanceof AggregateError && error.errors.length > 0 ? firstOf(error.errors[0]) : error
}
