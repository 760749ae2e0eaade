import type { Progress } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Finding } from '../finding.ts'
import type { TargetRef } from '../target/reference.ts'
import type { RunReport, StuckEntry } from './report.ts'

/** Everything that a run, a restore or a recovery tells while it works. */
export type RunEvent =
  | {
      readonly type: 'run.started'
      readonly runId: string
      readonly kind: 'run' | 'restore'
      readonly groups: number
      readonly targets: number
    }
  | { readonly type: 'preflight.passed'; readonly runId: string }
  | { readonly type: 'group.started'; readonly group: string; readonly targets: readonly TargetRef[] }
  | {
      readonly type: 'workload.quiescing'
      readonly group: string
      readonly workload: string
      readonly quiescer: string
      /** Nobody comes to rest: what is copied next is written. */
      readonly dumps?: true
    }
  | {
      readonly type: 'workload.quiesced'
      readonly group: string
      readonly workload: string
      readonly quiescer: string
      readonly dumps?: true
    }
  | {
      readonly type: 'workload.resuming'
      readonly workload: string
      readonly quiescer: string
      readonly dumps?: true
    }
  | {
      readonly type: 'workload.resumed'
      readonly workload: string
      readonly quiescer: string
      readonly dumps?: true
    }
  /** It is up again, and has not yet said that it is as healthy as before. Told once, and only if it takes a while. */
  | { readonly type: 'workload.awaited'; readonly workload: string }
  | { readonly type: 'group.held'; readonly group: string; readonly holdMs: number }
  | { readonly type: 'group.tainted'; readonly group: string; readonly why: string }
  | { readonly type: 'snapshot.taken'; readonly target: TargetRef; readonly snapshotter: string }
  /** It stays from here on: a restore point of its own, lifted or not. */
  | {
      readonly type: 'snapshot.kept'
      readonly target: TargetRef
      readonly point: RestorePoint
      readonly keepMs: number
    }
  | { readonly type: 'lift.started'; readonly target: TargetRef; readonly store: string; readonly warm?: true }
  /** A warm lift has ended; `whole` says whether it makes the lift inside the hold short. Its archive never counts. */
  | { readonly type: 'lift.warmed'; readonly target: TargetRef; readonly liftMs: number; readonly whole: boolean }
  | { readonly type: 'lift.progress'; readonly target: TargetRef; readonly progress: Progress }
  | {
      readonly type: 'lift.finished'
      readonly target: TargetRef
      readonly point: RestorePoint
      readonly liftMs: number
    }
  | { readonly type: 'target.failed'; readonly target: TargetRef; readonly finding: Finding }
  | { readonly type: 'target.skipped'; readonly target: TargetRef; readonly finding: Finding }
  | { readonly type: 'lower.started'; readonly target: TargetRef; readonly point: RestorePoint }
  | { readonly type: 'lower.progress'; readonly target: TargetRef; readonly progress: Progress }
  | {
      readonly type: 'lower.finished'
      readonly target: TargetRef
      readonly point: RestorePoint
      readonly lowerMs: number
    }
  /** A dump is whole and goes into its database: from here on that is touched. */
  | { readonly type: 'load.started'; readonly target: TargetRef; readonly files: number }
  | { readonly type: 'load.finished'; readonly target: TargetRef; readonly loadMs: number }
  /** A verb of a backend's own, such as a snapshot that somebody asked for; told when its locks are held. */
  | { readonly type: 'verb.started'; readonly runId: string; readonly verb: string; readonly target: TargetRef }
  | {
      readonly type: 'verb.finished'
      readonly runId: string
      readonly verb: string
      readonly target: TargetRef
      readonly verbMs: number
    }
  | {
      readonly type: 'verb.failed'
      readonly runId: string
      readonly verb: string
      readonly target: TargetRef
      readonly finding: Finding
    }
  /** Whether the process of another run lives is not known yet: its lock stands. Told once, and only if it takes a while. */
  | {
      readonly type: 'lock.awaited'
      readonly runId: string
      /** For people: `process 7 on pod-1`. */
      readonly holder: string
      /** When nothing is heard of it for so long, it is dead. */
      readonly atMostMs: number
    }
  /** Undoing failed, and is tried again until its time is over. Told once. */
  | { readonly type: 'undo.waiting'; readonly what: string; readonly runId: string; readonly failure: Finding }
  | { readonly type: 'undone'; readonly what: string; readonly runId: string }
  | { readonly type: 'stuck'; readonly entry: StuckEntry }
  | { readonly type: 'warning'; readonly finding: Finding }
  | { readonly type: 'run.finished'; readonly report: RunReport }

/** Takes events as they come. Synchronous and quick: a slow reader must not lengthen a hold. Must not throw. */
export type Reporter = (event: RunEvent) => void
