import type { CallOptions } from '../call-options.ts'
import { isSalvageError, SalvageError } from '../error.ts'
import { findingOf } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import type { Rig } from '../rig.ts'
import type { TargetRef } from '../target/reference.ts'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import { notBeyond } from './not-beyond.ts'
import { effectOf } from './parts.ts'
import { patiently } from './patiently.ts'
import { recoverKeys } from './recover-keys.ts'
import { recorded } from './recorded.ts'
import type { VerbRecord } from './recorded.ts'
import { release } from './release.ts'
import { unbreakable } from './unbreakable.ts'

/** How long a verb waits for another one on the same target, in milliseconds. */
const WAIT_MS = 5000

/** How what a verb does is taken back: an `Effect` of a backend and what that one needs to know. */
export interface JournalledEffect {
  readonly id: string
  readonly token: Json
  /**
   * What a power cut may lose; the end of a process loses nothing. `end`: that it was forgotten, for to take back what is done
   * changes nothing. `all`: the entry as well, for what would be left nobody misses.
   */
  readonly mayBeLost?: 'end' | 'all'
}

/** What the work of a verb gets. */
export interface WorkOptions extends CallOptions {
  /**
   * What was done is wanted from here on, and is not taken back whatever comes after: call it before removing what the
   * way back would need. On stable storage when it resolves. Idempotent.
   */
  readonly final: () => Promise<void>
}

/** One verb of a backend's own, on one target. */
export interface Performance<T> {
  readonly runId: string
  /** For people, in events: `snapshot`. */
  readonly verb: string
  readonly target: TargetRef
  /** What nobody else may touch meanwhile; the target is one of them only if it is named here. */
  readonly keys: readonly string[]
  /**
   * The way back. As a function it is asked under the locks: it looks, changes nothing, and may refuse by throwing. Left
   * out, or undefined, for work that leaves nothing half done.
   */
  readonly effect?: JournalledEffect | ((options: CallOptions) => Promise<JournalledEffect | undefined>)
  readonly work: (options: WorkOptions) => Promise<T>
  /** Given: it is remembered in the catalog as runs are, from when its locks are held, also when it fails. */
  readonly record?: VerbRecord<T>
  /** How long to wait for whoever holds a key, and then for whoever recovers, in milliseconds. Default: 5 seconds. */
  readonly waitMs?: number
}

/**
 * Does one verb as runs do theirs: takes the locks, takes back what dead processes left of these keys, writes down the
 * way back, works, forgets the way back. When the work fails it is taken back at once, unless its error says that nothing
 * was touched.
 *
 * Rejects with what the work rejects with, or the reason of the signal; with `LOCK.BUSY` when the keys do not come free in
 * time, or what a dead process left is not put back in time by who is at it, with `RECOVER.STUCK` when something could not be put back (then it stays in the journal, for `recover`), and with
 * `BACKEND.MISSING` when this rig has no such effect.
 */
export async function perform<T>(given: Rig, performance: Performance<T>, options: CallOptions): Promise<T> {
  const { runId, keys, waitMs = WAIT_MS } = performance
  options.signal.throwIfAborted()
  const told = unbreakable(given)
  const lock = await patiently({ waitMs, signal: options.signal }, async () => told.rig.locks.acquire(runId, keys))
  await using _held = lock
  const signal = lock.lost === undefined ? options.signal : AbortSignal.any([options.signal, lock.lost])
  const patience = { waitMs, signal }
  // Who recovers the dead run already holds none of the keys: waiting for it blocks nobody.
  await patiently(patience, async () => recoverKeys(told.rig, runId, keys))
  const work = async (): Promise<T> => worked(told.rig, performance, signal)
  const result = await toldOf(told.rig, performance, () =>
    recorded(told, performance, { signal: options.signal, work }),
  )
  told.rethrow()
  return result
}

/** Tells the beginning and the end. */
async function toldOf<T>(rig: Rig, { runId, verb, target }: Performance<T>, work: () => Promise<T>): Promise<T> {
  const about = { runId, verb, target }
  const since = performance.now()
  rig.report({ type: 'verb.started', ...about })
  try {
    const result = await work()
    rig.report({ type: 'verb.finished', ...about, verbMs: Math.round(performance.now() - since) })
    return result
  } catch (error) {
    rig.report({ type: 'verb.failed', ...about, finding: findingOf(error) })
    throw error
  }
}

async function worked<T>(rig: Rig, { runId, ...given }: Performance<T>, signal: AbortSignal): Promise<T> {
  const { target, verb } = given
  const effect = typeof given.effect === 'function' ? await given.effect({ signal }) : given.effect
  signal.throwIfAborted()
  const entries = effect === undefined ? [] : await written(rig, runId, target, effect)
  const mayBeLost = effect?.mayBeLost !== undefined
  const left = new Set(entries)
  const calls = createCalls()
  const final = async (): Promise<void> => {
    await rig.journal.settle(
      [...left].map((entry) => entry.id),
      { mayBeLost },
    )
    left.clear()
  }
  try {
    const working = given.work({ signal, final })
    for (const entry of entries) void calls.follow(entry.id, working).catch(() => undefined)
    const result = await notBeyond(working, signal, `${verb} of ${target}`)
    if (left.size > 0) await final()
    return result
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error
    await takenBack(rig, [...left], { error, calls })
    throw reason
  }
}

async function written(
  rig: Rig,
  runId: string,
  target: TargetRef,
  { id, token, mayBeLost }: JournalledEffect,
): Promise<readonly JournalEntry[]> {
  // Nothing is begun that nobody here could take back.
  effectOf(rig, id)
  const undo = { kind: 'effect', target, effect: id, token } as const
  return rig.journal.open([{ runId, order: 0, undo }], { mayBeLost: mayBeLost === 'all' })
}

/** Rejects with `RECOVER.STUCK` when it could not be. */
async function takenBack(
  rig: Rig,
  entries: readonly JournalEntry[],
  { error, calls }: { readonly error: unknown; readonly calls: Calls },
): Promise<void> {
  if (entries.length === 0) return
  if (isSalvageError(error) && error.untouched) {
    await rig.journal.settle(entries.map((entry) => entry.id))
    return
  }
  const [stuck] = await release(rig, entries, { calls })
  if (stuck === undefined) return
  throw new SalvageError('RECOVER.STUCK', `${stuck.what} could not be put back`, {
    why: stuck.failure.message,
    hint: stuck.failure.hint ?? 'remove the cause, then run `salvage-kit recover`',
    cause: error,
  })
}
