import { isSalvageError, SalvageError } from '../error.ts'
import type { DumpLoader, StoredDump } from '../dump/loader.ts'
import { findingOf } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import type { TargetReport } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { createCalls } from '../run/calls.ts'
import type { Calls } from '../run/calls.ts'
import type { RunSignal } from '../run/failure.ts'
import { notBeyond } from '../run/not-beyond.ts'
import { loadEffectOf, loaderOf } from '../run/parts.ts'
import { release } from '../run/release.ts'
import { LIFT_ORDER } from '../run/snapshots.ts'
import type { StreamSource } from '../target/source.ts'
import { begin, lockAndRecover } from './begin.ts'
import { lowering, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'
import { planStaging, stagePoint, unstage } from './staged-point.ts'

/** Ends what runs before what it reads goes. */
const LOAD_ORDER = LIFT_ORDER

/**
 * Loads a dump into a database that runs: nobody comes to rest, and what it holds is replaced by its own tools. The dump is
 * brought to this machine, all of it is proven whole and to be of a version that the database takes, and then it is loaded: until
 * then nothing is touched.
 */
export async function restoreIntoDatabase(
  rig: Rig,
  request: RestoreRequest,
  { backend, token }: StreamSource,
  aborting: RunSignal,
): Promise<RestoreResult> {
  const { signal } = aborting
  const loader = mustLoad(rig, request, backend)
  const { workload } = await loader.ready(token, { signal })
  await using _lock = await lockAndRecover(rig, request, workload === undefined ? [] : [workload], aborting)
  const staged = await planStaging(rig, request)
  await begin(rig, request)
  const [staging] = await rig.journal.open([staged.entry])
  if (staging === undefined) throw new Error('the journal opened no entry')
  const load: Load = { rig, request, backend, calls: createCalls() }
  let failure: unknown
  try {
    const files = await lowering(rig, request, () =>
      stagePoint(rig, staged, request, {
        signal,
        onProgress: (progress) => rig.report({ type: 'lower.progress', target: request.to, progress }),
      }),
    )
    await loadInto(load, { loader, token, files }, signal)
  } catch (error) {
    failure = error
  }
  // What is still read is not removed: `recover` does, when its reader is gone.
  const stuck = load.entry === undefined ? [] : await release(rig, [load.entry], { calls: load.calls })
  const kept = stuck.some(({ failure: { code } }) => code === 'EFFECT.HUNG')
  return {
    target: failure === undefined ? restored(request) : notLoaded(rig, request, failure, signal),
    stuck: kept ? stuck : [...stuck, ...(await unstage(rig, staging, signal))],
  }
}

interface Load {
  readonly rig: Rig
  readonly request: RestoreRequest
  readonly backend: string
  readonly calls: Calls
  /** Nobody has settled it yet. */
  entry?: JournalEntry
}

interface Dump {
  readonly loader: DumpLoader
  readonly token: Json
  readonly files: readonly StoredDump[]
}

async function loadInto(load: Load, { loader, token, files }: Dump, signal: AbortSignal): Promise<void> {
  const { rig, request, backend, calls } = load
  const { runId, to: target } = request
  const checked = await loader.check(token, files, { signal })
  signal.throwIfAborted()
  const undo = { kind: 'effect', target, effect: loadEffectOf(backend), token: checked.token } as const
  const [entry] = await rig.journal.open([{ runId, order: LOAD_ORDER, undo }])
  if (entry === undefined) throw new Error('the journal opened no entry')
  load.entry = entry
  const since = performance.now()
  rig.report({ type: 'load.started', target, files: files.length })
  await notBeyond(calls.follow(entry.id, checked.load({ signal })), signal, 'loading the dump')
  rig.report({ type: 'load.finished', target, loadMs: Math.round(performance.now() - since) })
  // Loaded is loaded, also where the journal cannot be told at once.
  const isForgotten = await rig.journal.settle([entry.id]).then(
    () => true,
    () => false,
  )
  if (isForgotten) delete load.entry
}

/** An abort explains a failure, and never hides that the data are no longer as they were. */
function notLoaded(rig: Rig, request: RestoreRequest, failure: unknown, signal: AbortSignal): TargetReport {
  const report = notRestored(rig, request, failure, signal)
  const isHalf = isSalvageError(failure) && failure.code === 'DUMP.HALF_RESTORED'
  return signal.aborted && isHalf ? { ...report, findings: [...report.findings, findingOf(failure)] } : report
}

/** Rejects with `RESTORE.UNREADABLE`. */
function mustLoad(rig: Rig, { to }: RestoreRequest, backend: string): DumpLoader {
  const loader = loaderOf(rig, backend)
  if (loader !== undefined) return loader
  throw new SalvageError('RESTORE.UNREADABLE', `no dump can be loaded into ${to} from here`, {
    why: `${backend} only makes dumps`,
    hint: 'restore into a directory (--to dir:PATH), and load the files by hand',
    untouched: true,
  })
}
