import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { Archive, Finding, LiftOptions, LiftRef, Source } from '@salvage-kit/core'
import { readableDirectory } from '../directory/directory-discovery.ts'
import { RESTIC_PARTIAL } from './failure.ts'
import { itemFindings } from './item-findings.ts'
import { LOCK_PATIENCE_MS, runLocking } from './locking-call.ts'
import { messageIn } from './message-line.ts'
import { repositoryOf } from './restic-store.ts'
import type { Repository } from './restic-store.ts'
import { backupMessage } from './schema.ts'
import type { BackupSummary } from './schema.ts'
import { streamInput } from './stream-input.ts'
import type { StreamInput } from './stream-input.ts'
import { snapshotsOfLift } from './snapshots.ts'
import { liftTag, PARTIAL_TAG, tagsOf } from './tags.ts'

const WHOLE_ID = 64

/**
 * One `restic backup`, of a directory or of a dump that it reads from its standard input. Restic sees the end of a dump
 * only when it is proven whole, see `guarded`; the snapshot then holds one file. Otherwise it is ended before, and makes none.
 *
 * Restic flushes to stable storage before it names the snapshot. The snapshot holds the absolute path
 * of a directory. Files that vanish or cannot be read make the copy partial (restic's exit code 3); a tag says so to
 * whoever lists it.
 *
 * Restic takes the newest snapshot of the same machine and path for its parent and does not read again what has not
 * changed since: inside a hold that is the one of the warm lift.
 */
export async function lift(
  stateDirectory: string,
  ref: LiftRef,
  source: Source,
  options: LiftOptions,
): Promise<Archive> {
  const { signal, onProgress } = options
  signal.throwIfAborted()
  const repository = await repositoryOf(ref.store)
  const paths = source.medium === 'stream' ? [] : [await readableDirectory(directoryOf(source) ?? unreadable(source))]
  let given: StreamInput | undefined
  const takenAt = new Date().toISOString()
  const findings = itemFindings()
  let summary: BackupSummary | undefined
  const end = await runLocking(repository, stateDirectory, {
    work: ref.id,
    patienceMs: LOCK_PATIENCE_MS,
    what: `lifting ${ref.target}`,
    args: [
      'backup',
      '--json',
      '--host',
      ref.machine,
      ...tagsOf(ref, takenAt).flatMap((tag) => ['--tag', tag]),
      ...paths,
    ],
    ...(source.medium === 'stream' ? { input: async () => (given = await streamInput(source, options)) } : {}),
    onLine: (line) => {
      const message = messageIn(line, backupMessage)
      if (message?.message_type === 'summary') summary = message
      else if (message !== undefined)
        onProgress?.({
          bytes: message.bytes_done ?? 0,
          files: message.files_done ?? 0,
          ...(message.total_bytes === undefined ? {} : { totalBytes: message.total_bytes }),
        })
    },
    onErrorLine: findings.take,
    signal,
  })
  if (summary === undefined)
    throw new SalvageError('CRANE.FAILED', `lifting ${ref.target} failed: restic named no snapshot`, {
      why: end.errors || 'its output has no summary',
    })
  const partial = end.code === RESTIC_PARTIAL
  if (given !== undefined) mustHaveAll(given, summary, { ref, partial })
  const id =
    partial && ref.warm !== true
      ? await markPartial(repository, stateDirectory, ref, signal)
      : await wholeId(repository, ref, summary.snapshot_id, signal)
  return {
    point: pointOf(ref, repository, summary, { id, takenAt, partial }),
    findings: findingsOf(findings.all(), ref, partial),
  }
}

/** A dump is a whole one or none. */
function mustHaveAll(
  { proof }: StreamInput,
  { total_bytes_processed: read }: BackupSummary,
  { ref, partial }: { readonly ref: LiftRef; readonly partial: boolean },
): void {
  const sent = proof()?.bytes
  if (!partial && sent === read) return
  throw new SalvageError('DUMP.NOT_WHOLE', `restic did not take the dump of ${ref.target} as it was given`, {
    why: `it read ${String(read)} bytes of ${sent === undefined ? 'a dump that is not whole' : String(sent)}`,
  })
}

function pointOf(
  ref: LiftRef,
  repository: Repository,
  summary: BackupSummary,
  { id, takenAt, partial }: { readonly id: string; readonly takenAt: string; readonly partial: boolean },
): Archive['point'] {
  return {
    kind: 'archive',
    id,
    target: ref.target,
    store: repository.ref,
    takenAt,
    state: partial ? 'partial' : 'good',
    bytes: summary.total_bytes_processed,
    files: summary.total_files_processed,
    ...(summary.data_added_packed === undefined ? {} : { storedBytes: summary.data_added_packed }),
    machine: ref.machine,
    runId: ref.runId,
  }
}

function findingsOf(items: readonly Finding[], ref: LiftRef, partial: boolean): readonly Finding[] {
  if (!partial || items.length > 0) return items
  return [{ code: 'LIFT.UNREADABLE', message: `restic could not read all of ${ref.target}, and does not say what` }]
}

/** Restic before 0.15 tells eight digits of a snapshot's id. A folder is read at once; to ask restic takes a second. */
async function wholeId(repository: Repository, ref: LiftRef, id: string, signal: AbortSignal): Promise<string> {
  if (id.length === WHOLE_ID) return id
  const names =
    repository.folder === undefined ? [] : await readdir(join(repository.folder, 'snapshots')).catch(() => [])
  const [only, another] = names.filter((name) => name.startsWith(id))
  if (only !== undefined && another === undefined) return only
  return snapshotOf(repository, ref, signal)
}

/** Tags the snapshot as partial, which gives it another id. A partial copy that cannot be told from a good one is none. */
async function markPartial(
  repository: Repository,
  stateDirectory: string,
  ref: LiftRef,
  signal: AbortSignal,
): Promise<string> {
  const id = await snapshotOf(repository, ref, signal)
  const what = `marking the copy of ${ref.target} as partial`
  const args = ['tag', '--add', PARTIAL_TAG, id]
  await runLocking(repository, stateDirectory, { work: ref.id, what, args, patienceMs: LOCK_PATIENCE_MS, signal })
  return snapshotOf(repository, ref, signal)
}

async function snapshotOf(repository: Repository, ref: LiftRef, signal: AbortSignal): Promise<string> {
  const last = (await snapshotsOfLift(repository, ref, signal)).at(-1)
  if (last === undefined)
    throw new SalvageError('CRANE.FAILED', `the copy of ${ref.target} is gone`, {
      why: `${repository.ref} has no snapshot with the tag ${liftTag(ref)}; somebody else may have removed it`,
    })
  return last.id
}

function unreadable(source: Source): never {
  throw new SalvageError('CRANE.MEDIUM', `the restic crane cannot read a ${source.medium} without a directory`)
}
