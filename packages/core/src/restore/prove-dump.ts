import type { LiftOptions } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { CallOptions } from '../call-options.ts'
import type { StoredDump } from '../dump/loader.ts'
import { SalvageError } from '../error.ts'
import type { Rig } from '../rig.ts'
import { loaderOf } from '../run/parts.ts'
import { pointKey } from '../run/point-key.ts'
import { survey } from '../run/survey.ts'
import { planStaging, stagePoint, unstage } from './staged-point.ts'

/** The dump that is to be proven. */
export interface ProofRequest {
  /** From `newRunId`. */
  readonly runId: string
  readonly point: RestorePoint
  readonly store: Store
  /** Proves files where their database does not run, by what they say of themselves; resolves as {@link DumpVerdict.by}. */
  readonly judge: (files: readonly StoredDump[], options: CallOptions) => Promise<string>
}

/** A dump that is whole. */
export interface DumpVerdict {
  /** What proved it, for people. */
  readonly by: string
  readonly files: readonly string[]
}

/**
 * Reads the dump of a point back from its store, compares it with what was lifted, and has the tools of its own database prove it, where that
 * runs. It is staged here for as long. Rejects with what `restore` says of a dump that is not whole, `ARCHIVE.DAMAGED`,
 * `LOCK.BUSY`, and with `RECOVER.STUCK` when what was staged cannot be removed.
 */
export async function proveDump(rig: Rig, request: ProofRequest, options: LiftOptions): Promise<DumpVerdict> {
  const { runId, point, judge } = request
  const { signal } = options
  signal.throwIfAborted()
  await using lock = await rig.locks.acquire(runId, [pointKey(point)])
  const heard = lock.lost === undefined ? signal : AbortSignal.any([signal, lock.lost])
  const staged = await planStaging(rig, request)
  const [entry] = await rig.journal.open([staged.entry])
  if (entry === undefined) throw new Error('the journal opened no entry')
  let verdict: DumpVerdict
  try {
    const files = await stagePoint(rig, staged, request, { ...options, signal: heard })
    const { targets } = await survey(rig, { signal: heard })
    const source = targets.find(({ ref }) => ref === point.target)?.source
    const loader = source?.medium === 'stream' ? loaderOf(rig, source.backend) : undefined
    const by =
      source?.medium === 'stream' && loader !== undefined
        ? await loader.prove(source.token, files, { signal: heard })
        : await judge(files, { signal: heard })
    verdict = { by, files: files.map(({ name }) => name) }
  } catch (error) {
    await unstage(rig, entry, signal)
    throw error
  }
  const [stuck] = await unstage(rig, entry, signal)
  if (stuck === undefined) return verdict
  throw new SalvageError('RECOVER.STUCK', `${stuck.what} could not be put back`, {
    why: stuck.failure.message,
    hint: 'remove the cause, then run `salvage-kit recover`',
  })
}
