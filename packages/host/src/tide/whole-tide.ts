import type { CallOptions, Finding, LiftRef, Redactor, Reporter, RunReport } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { openReports } from '../report/reports.ts'
import { openRig } from '../rig/open-rig.ts'
import type { OpenRig } from '../rig/open-rig.ts'
import { rememberRefusal } from './remember-refusal.ts'
import { runTide } from './run-tide.ts'

/** One run of one tide, with everything that it needs opened anew. */
export interface WholeTideSettings {
  readonly loaded: LoadedConfig
  readonly stateDirectory: string
  /** Where relative paths start. */
  readonly directory: string
  readonly tide: string
  readonly runId: string
  /** The time of the schedule that the run is for, asked at each try; default: now. */
  readonly nominal?: () => Date
  readonly redactor: Redactor
  readonly report: Reporter
  readonly onLine?: (ref: LiftRef, line: string) => void
  /** Puts wrappers around the parts of the rig: observation, limits. */
  readonly wrap?: (rig: OpenRig) => OpenRig
  /** What makes Docker necessary; see `Scope.docker`. */
  readonly docker?: string | undefined
  /**
   * Asked when the run was refused, before anything was touched: resolves with true when it is to be tried again, after
   * having waited for whatever stood in the way. The reports are the same then; nobody is told of a try.
   */
  readonly again: (error: unknown) => Promise<boolean>
}

/** How it ended. */
export interface WholeTideEnd {
  readonly report?: RunReport
  /** Why there is no report. */
  readonly error?: unknown
  /** Resolves when reports are sent or given up; see `Reports.settled`. */
  readonly delivered: Promise<readonly Finding[]>
}

/**
 * Opens the reports and the rig, runs the tide, prunes, and closes the rig. Never rejects, but for a reporter that throws:
 * bugs, too, end the run and are in `error`.
 */
export async function wholeTide(settings: WholeTideSettings, { signal }: CallOptions): Promise<WholeTideEnd> {
  const { loaded, tide, redactor } = settings
  const reports = openReports({ loaded, tide, redactor })
  const startedAt = new Date()
  let isReported = false
  const report: Reporter = (event) => {
    isReported ||= event.type === 'run.finished'
    settings.report(event)
    reports.report(event)
  }
  for (;;)
    try {
      const ended = await once({ ...settings, report }, reports.labels, signal)
      return { report: ended, delivered: reports.settled() }
    } catch (error) {
      if (!signal.aborted && (await settings.again(error))) continue
      reports.refused(error)
      if (!isReported && !signal.aborted)
        await rememberRefusal(settings.stateDirectory, { tide, runId: settings.runId, startedAt, error })
      return { error, delivered: reports.settled() }
    }
}

async function once(
  settings: WholeTideSettings,
  onLabels: ReturnType<typeof openReports>['labels'],
  signal: AbortSignal,
): Promise<RunReport> {
  const { loaded, stateDirectory, directory, tide, runId, nominal, redactor, report, onLine, docker } = settings
  const { wrap = (rig: OpenRig): OpenRig => rig } = settings
  const scope = { targets: [], stores: [], tide, docker }
  const listeners = { onLabels, ...(onLine === undefined ? {} : { onLine }) }
  await using opened = await openRig({ loaded, stateDirectory, directory, scope, report, ...listeners }, { signal })
  const rig = wrap(opened)
  for (const secret of rig.secrets) redactor.add(secret)
  for (const finding of rig.warnings) report({ type: 'warning', finding })
  const when = nominal === undefined ? {} : { nominal: nominal() }
  return await runTide(rig, { tide, targets: [] }, { signal, runId, ...when })
}
