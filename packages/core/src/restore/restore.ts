import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import { SalvageError } from '../error.ts'
import { unknownTarget } from '../plan/unknown-target.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { Finding } from '../finding.ts'
import type { GroupReport, RunReport, StuckEntry, TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { runSignal } from '../run/failure.ts'
import type { RunSignal } from '../run/failure.ts'
import { outcomeOf } from '../run/outcome.ts'
import { pointsOf } from '../run/parts.ts'
import { recoverFirst } from '../run/recover.ts'
import { finish } from '../run/remember.ts'
import { unbreakable } from '../run/unbreakable.ts'
import type { Survey } from '../target/discovery.ts'
import type { TargetRef } from '../target/reference.ts'
import { survey } from '../run/survey.ts'
import { restoreInPlace } from './in-place.ts'
import { restoreIntoDatabase } from './into-database.ts'
import { restoreIntoNew } from './into-new.ts'

/** What is brought back, and where to. */
export interface RestoreRequest {
  /** From `newRunId`. */
  readonly runId: string
  readonly point: RestorePoint
  readonly store: Store
  /** A place that is not there yet, or is empty; in place: a target that is there. */
  readonly to: TargetRef
  /** Exchange the content of an existing target, with its writers down; of a database, by its tools, while it runs. */
  readonly inPlace: boolean
  /** In place: the longest time in milliseconds that the writers may be down. */
  readonly maxHoldMs: number
}

/** What restoring gives. */
export interface RestoreResult {
  readonly target: TargetReport
  readonly stuck: readonly StuckEntry[]
  readonly holdMs?: number
  /** What of the writers is not as it was and cannot be put back. */
  readonly findings?: readonly Finding[]
}

/**
 * Brings a target back. Resolves with the report when the content stands at its place and was compared with what the
 * archive says, and also when that failed: then the place is as it was before, but for a database that says `DUMP.HALF_RESTORED`. Rejects before anything is touched with
 * `RESTORE.OCCUPIED`, `RESTORE.UNREADABLE`, `RESTORE.IN_USE`, `TARGET.UNKNOWN`, `DUMP.NOT_RUNNING`, `STORE.WRITE_ONLY`, `BACKEND.MISSING`,
 * `PLAN.USED`, `LOCK.BUSY`, `LOCK.SLOTS_TAKEN` or `RECOVER.STUCK`.
 */
export async function restore(
  given: Rig,
  request: RestoreRequest,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RunReport> {
  const told = unbreakable(given)
  const { rig } = told
  using aborting = runSignal(options.signal)
  const { signal } = aborting
  await recoverFirst(rig, { signal })
  pointsOf(rig, request.store)
  const startedAt = rig.now().toISOString()
  const attempt = request.inPlace ? await replace(rig, request, aborting) : await restoreIntoNew(rig, request, aborting)
  const { target, stuck, holdMs, findings = [] } = attempt
  const group: GroupReport = {
    id: 'restore',
    targets: [target],
    ...(holdMs === undefined ? {} : { holdMs }),
    ...(findings.length === 0 ? {} : { findings }),
  }
  const endedAt = rig.now().toISOString()
  const outcome = outcomeOf([group], 0)
  const report = await finish(rig, () => ({
    version: REPORT_VERSION,
    runId: request.runId,
    kind: 'restore',
    startedAt,
    endedAt,
    outcome,
    // An abort that came too late to change anything is none.
    aborted: aborting.byCaller && target.outcome === 'failed',
    groups: [group],
    skipped: [],
    stuck,
    warnings: told.warningsBeside([group]),
  }))
  told.rethrow()
  return report
}

async function replace(rig: Rig, request: RestoreRequest, aborting: RunSignal): Promise<RestoreResult> {
  const found = await survey(rig, { signal: aborting.signal })
  const source = found.targets.find(({ ref }) => ref === request.to)?.source
  if (source === undefined) throw noPlace(request.to, found)
  return source.medium === 'stream'
    ? restoreIntoDatabase(rig, request, source, aborting)
    : restoreInPlace(rig, request, found, aborting)
}

/** Names no other target: what is restored into loses what it holds. */
function noPlace(ref: TargetRef, found: Survey): SalvageError {
  const error = unknownTarget(ref, found)
  if (found.problems.some(({ target }) => target === ref)) return error
  return new SalvageError(error.code, error.message, {
    ...(error.why === undefined ? {} : { why: error.why }),
    hint: 'look at its name: nothing else is put in its place, since what a restore in place goes to loses what it holds',
    untouched: true,
  })
}
