export type { Backend } from './backend.ts'
export type { CallOptions } from './call-options.ts'
export { deadline } from './deadline.ts'
export type { Deadline } from './deadline.ts'
export { errorText, isSalvageError, SalvageError } from './error.ts'
export type { Effect } from './effect/effect.ts'
export type { Finding } from './finding.ts'
export { findingOf } from './finding.ts'
export type { Json, JsonObject } from './json.ts'
export type { Rig } from './rig.ts'
export { parseReference, reference } from './target/reference.ts'
export type { ParsedReference, Reference, TargetRef } from './target/reference.ts'
export { directoryOf } from './target/source.ts'
export type { ClaimSource, DirectorySource, DockerVolumeSource, Medium, Source } from './target/source.ts'
export type { Target } from './target/target.ts'
export type { QuiesceChoice, Workload } from './target/workload.ts'
export type { Discovery, Problem, Survey, WorkloadEvent } from './target/discovery.ts'
export type { PlaceOptions, PointOrigin, Provisioner } from './target/provisioner.ts'
export type { Quiescer, RestVerdict, ResumeOptions } from './quiesce/quiescer.ts'
export { accepts, parseExitCodes } from './quiesce/exit-codes.ts'
export type { ExitCodeRule } from './quiesce/exit-codes.ts'
export { splitCommandLine } from './quiesce/command-line.ts'
export type { CutOptions, Snapshotter, SnapshotSupport } from './snapshot/snapshotter.ts'
export type { Keep, SnapshotRef } from './snapshot/snapshot-ref.ts'
export type { Keeper, KeptRef } from './snapshot/keeper.ts'
export type {
  Archive,
  ArchiveStore,
  Crane,
  LiftOptions,
  LiftRef,
  ListOptions,
  PointStore,
  PreflightOptions,
  Progress,
  StoreAbilities,
} from './crane/crane.ts'
export type { RestorePoint } from './crane/restore-point.ts'
export type { Store } from './crane/store.ts'
export type { KeepRules, RetentionPolicy, Verdict } from './retention/policy.ts'
export { PLAN_VERSION } from './plan/plan.ts'
export type {
  Group,
  Grouping,
  LeftWorkload,
  LiftOrigin,
  LiftStep,
  Plan,
  QuiesceStep,
  SkippedTarget,
  SnapshotStep,
} from './plan/plan.ts'
export type { HoldWay } from './plan/hold-way.ts'
export { storesOf } from './plan/tide.ts'
export type { HoldChoice, Tide } from './plan/tide.ts'
export type { Capabilities, SnapshotCapability } from './plan/capabilities.ts'
export type { Journal, JournalEntry, NewEntry, Undo } from './journal/journal.ts'
export type { Locks, RunLock } from './lock/locks.ts'
export type { Catalog, PointFilter, RunFilter, RunRecord, TideMark } from './catalog/catalog.ts'
export type { Reporter, RunEvent } from './report/event.ts'
export { REPORT_VERSION } from './report/report.ts'
export type { GroupReport, Outcome, RunKind, RunReport, StuckEntry, TargetReport, Transfer } from './report/report.ts'
export { memoryJournal } from './journal/memory-journal.ts'
export { sqliteJournal } from './journal/sqlite-journal.ts'
export { memoryLocks } from './lock/memory-locks.ts'
export type { MemoryLocks } from './lock/memory-locks.ts'
export { readOnlyLocks } from './lock/read-only-locks.ts'
export { sqliteLocks } from './lock/sqlite-locks.ts'
export { memoryCatalog } from './catalog/memory-catalog.ts'
export { sqliteCatalog } from './catalog/sqlite-catalog.ts'
export { formatEvent } from './report/event-text.ts'
export { formatReport } from './report/report-text.ts'
export { predictHolds } from './report/predict-holds.ts'
export { formatElapsed, formatFinding, oneLine } from './report/line.ts'
export { jsonLine } from './report/json-lines.ts'
export { exitCodeOf, exitCodeOfError } from './report/exit-code.ts'
export { createRedactor } from './report/redact.ts'
export type { Redactor } from './report/redact.ts'
export { survey } from './run/survey.ts'
export { probe } from './run/probe.ts'
export { writeOnly } from './run/parts.ts'
export type { ProbeOptions } from './run/probe.ts'
export { run } from './run/run.ts'
export type { RunOptions } from './run/run.ts'
export { perform } from './run/perform.ts'
export type { JournalledEffect, Performance, WorkOptions } from './run/perform.ts'
export type { VerbRecord } from './run/recorded.ts'
export { recover, recoverFirst } from './run/recover.ts'
export type { RecoverOptions, RecoverReport } from './run/recover.ts'
export { listPoints, verify } from './run/list-points.ts'
export { describeUndo } from './run/undo.ts'
export { prune } from './run/prune.ts'
export type { PruneReport, PruneRequest } from './run/prune.ts'
export { isHalfExchanged } from './restore/half-exchanged.ts'
export { restore } from './restore/restore.ts'
export type { RestoreRequest } from './restore/restore.ts'
export { memory } from './memory/memory.ts'
export { memoryPlatform } from './memory/platform.ts'
export type { MemoryPlatform } from './memory/platform.ts'
export { makePlan } from './plan/make-plan.ts'
export type { PlanOptions } from './plan/make-plan.ts'
export { newRunId } from './plan/run-id.ts'
export { plan, readPlan } from './plan/schema.ts'
export { keepPolicy } from './retention/keep.ts'
export { formatBytes } from './config/bytes.ts'
export { formatDuration, parseDuration } from './config/duration.ts'
export { keepRules } from './config/keep-rules.ts'
export { closest, didYouMean } from './config/suggestion.ts'
