export type { Backend } from './backend.ts'
export type { CallOptions } from './call-options.ts'
export { deadline } from './deadline.ts'
export type { Deadline } from './deadline.ts'
export { errorText, isSalvageError, SalvageError } from './error.ts'
export type { Finding } from './finding.ts'
export { findingOf } from './finding.ts'
export type { Json, JsonObject } from './json.ts'
export type { Rig } from './rig.ts'
export { parseReference, reference } from './target/reference.ts'
export type { ParsedReference, Reference, TargetRef } from './target/reference.ts'
export { directoryOf, mediaOf } from './target/source.ts'
export type { DirectorySource, DockerVolumeSource, Medium, Source } from './target/source.ts'
export type { Target } from './target/target.ts'
export type { QuiesceChoice, Workload } from './target/workload.ts'
export type { Discovery, Problem, Survey, WorkloadEvent } from './target/discovery.ts'
export type { Provisioner } from './target/provisioner.ts'
export type { Quiescer, RestVerdict, ResumeOptions } from './quiesce/quiescer.ts'
export { accepts, parseExitCodes, ZERO_ONLY } from './quiesce/exit-codes.ts'
export type { CodeRange, ExitCodeRule } from './quiesce/exit-codes.ts'
export { splitCommandLine } from './quiesce/command-line.ts'
export type { Snapshotter, SnapshotRef, SnapshotSupport } from './snapshot/snapshotter.ts'
export type { Archive, ArchiveStore, Crane, LiftOptions, LiftRef, PreflightOptions, Progress } from './crane/crane.ts'
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
export type { Tide } from './plan/tide.ts'
export type { Capabilities, SnapshotCapability } from './plan/capabilities.ts'
export type { Journal, JournalEntry, NewEntry, Undo } from './journal/journal.ts'
export type { Locks, RunLock } from './lock/locks.ts'
export type { Catalog, PointFilter, RunRecord } from './catalog/catalog.ts'
export type { Reporter, RunEvent } from './report/event.ts'
export { REPORT_VERSION } from './report/report.ts'
export type { GroupReport, Outcome, RunReport, StuckEntry, TargetReport } from './report/report.ts'
export { memoryJournal } from './journal/memory-journal.ts'
export { sqliteJournal } from './journal/sqlite-journal.ts'
export { memoryLocks } from './lock/memory-locks.ts'
export type { MemoryLocks } from './lock/memory-locks.ts'
export { sqliteLocks } from './lock/sqlite-locks.ts'
