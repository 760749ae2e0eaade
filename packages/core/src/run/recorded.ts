import { findingOf } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { RunKind, RunReport, TargetReport } from '../report/report.ts'
import { outcomeOf } from './outcome.ts'
import { remember } from './remember.ts'
import type { Unbreakable } from './unbreakable.ts'

/** How a verb is remembered. Pure. */
export interface VerbRecord<T> {
  readonly kind: Exclude<RunKind, 'run' | 'restore'>
  /** What became of each target. */
  readonly done: (result: T, tookMs: number) => readonly TargetReport[]
  /** The same when the work failed as a whole. */
  readonly failed: (finding: Finding, tookMs: number) => readonly TargetReport[]
}

const ABORTED: Finding = { code: 'RUN.ABORTED', message: 'it was aborted' }

/** Does the work of a verb and writes its beginning and its end into the catalog, which is only a memory: see `remember`. */
export async function recorded<T>(
  told: Unbreakable,
  { runId, record }: { readonly runId: string; readonly record?: VerbRecord<T> },
  { signal, work }: { readonly signal: AbortSignal; readonly work: () => Promise<T> },
): Promise<T> {
  if (record === undefined) return work()
  const { rig } = told
  const { kind, done, failed } = record
  const startedAt = rig.now().toISOString()
  const since = performance.now()
  const end = async (targets: (tookMs: number) => readonly TargetReport[]): Promise<void> => {
    const groups = [{ id: kind, targets: targets(Math.round(performance.now() - since)) }]
    const report: RunReport = {
      version: REPORT_VERSION,
      runId,
      kind,
      startedAt,
      endedAt: rig.now().toISOString(),
      outcome: outcomeOf(groups, 0),
      aborted: signal.aborted && outcomeOf(groups, 0) !== 'good',
      groups,
      skipped: [],
      stuck: [],
      warnings: told.warningsBeside(groups),
    }
    await remember(rig, () => rig.catalog.finishRun(report))
  }
  await remember(rig, () => rig.catalog.startRun({ runId, kind, startedAt }))
  try {
    const result = await work()
    await end((tookMs) => done(result, tookMs))
    return result
  } catch (error) {
    const finding = signal.aborted ? ABORTED : findingOf(error)
    await end((tookMs) => failed(finding, tookMs))
    throw error
  }
}
