import { isSalvageError, SalvageError } from '../error.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Group } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { StuckEntry } from '../report/report.ts'
import { illnesses } from '../run/health.ts'
import { createHold } from '../run/hold.ts'
import type { Hold } from '../run/hold.ts'
import { notBeyond } from '../run/not-beyond.ts'
import { release } from '../run/release.ts'
import type { Survey } from '../target/discovery.ts'
import type { Exchanger, PreparedExchange } from '../target/exchanger.ts'
import { directoryOf, mediaOf } from '../target/source.ts'
import type { Source } from '../target/source.ts'
import type { Workload } from '../target/workload.ts'
import type { RunSignal } from '../run/failure.ts'
import { begin, lockAndRecover } from './begin.ts'
import { directoryExchanger } from './directory-exchanger.ts'
import { lowering, lowerInto, mustLower, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'

/** Undone before the writers rise: higher than every wave of a hold. */
const SWAP_ORDER = 1_000_000

/**
 * Restores beside the target while its writers run, compares, brings the writers down, exchanges the content (a directory's
 * by renames), lets them rise, and only then removes the former content. The writers are down for the exchange, whatever
 * the size.
 */
export async function restoreInPlace(
  rig: Rig,
  request: RestoreRequest,
  found: Survey,
  aborting: RunSignal,
): Promise<RestoreResult> {
  const { signal } = aborting
  const { group, source } = placeOf(rig, request, found)
  const workloads = [...group.quiesce.flat(), ...group.idle].map((step) => step.workload)
  await using _lock = await lockAndRecover(rig, request, workloads, aborting)
  const { exchanger, token, filled } = await prepared(rig, request, source, signal)
  const { runId, to: target } = request
  await begin(rig, request)
  const way = { target, token, ...(exchanger === directoryExchanger ? {} : { exchanger: exchanger.id }) }
  const [staging, swapping] = await rig.journal.open([
    { runId, order: 0, undo: { kind: 'staging', ...way } },
    { runId, order: SWAP_ORDER, undo: { kind: 'swap', ...way } },
  ])
  if (staging === undefined || swapping === undefined) throw new Error('the journal opened no entry')
  const hold = createHold(rig, group, { runId, maxHoldMs: request.maxHoldMs, signal })
  const exchange: Exchange = { exchanger, token, swapping, left: new Set([staging, swapping]) }
  let failure: unknown
  try {
    const stage = async (): Promise<Source> => exchanger.stage(token, { signal })
    const exchanged = async (): Promise<void> => exchangeContent(hold, exchange)
    if (filled) {
      // Without a copy the content comes with the exchange.
      await lowering(rig, request, async () => {
        await stage()
        await exchanged()
      })
    } else {
      await lowerInto(rig, request, await stage(), signal)
      await exchanged()
    }
  } catch (error) {
    failure = error
  }
  const [stuck, ill] = await Promise.all([
    tidy(rig, exchange, { wanted: failure === undefined, signal }),
    illnesses(rig, hold.risen, signal),
  ])
  return {
    target: failure === undefined ? restored(request) : notRestored(rig, request, failure, signal),
    stuck: [...hold.stuck, ...stuck],
    ...(hold.holdMs === undefined ? {} : { holdMs: hold.holdMs }),
    findings: [...hold.findings, ...ill],
  }
}

interface Exchange {
  readonly exchanger: Exchanger
  readonly token: Json
  readonly swapping: JournalEntry
  /** What nobody has taken back yet. */
  readonly left: Set<JournalEntry>
}

/** Whoever can exchange such a source; rejects before anything is touched when the content could not come there. */
async function prepared(
  rig: Rig,
  request: RestoreRequest,
  source: Source,
  signal: AbortSignal,
): Promise<PreparedExchange & { readonly exchanger: Exchanger }> {
  const { runId, point, store } = request
  const exchanger = exchangerFor(rig, request, source)
  const done = await exchanger.prepare(source, { runId, from: { point, store }, signal })
  if (!done.filled) mustLower(rig, request)
  if (!done.filled) mustWrite(rig, request, source)
  return { ...done, exchanger }
}

/** Rejects with `RESTORE.UNREADABLE`. */
function exchangerFor(rig: Rig, { to }: RestoreRequest, source: Source): Exchanger {
  const own = rig.backends.flatMap((backend) => backend.exchangers ?? []).find(({ media }) => media.has(source.medium))
  if (own !== undefined) return own
  if (directoryOf(source) !== undefined) return directoryExchanger
  throw new SalvageError('RESTORE.UNREADABLE', `${to} cannot be restored in place`, {
    why: 'its content is no directory that this process can reach',
    hint: 'restore into a new target, and point the workload to that',
  })
}

/**
 * Exchanges with the writers at rest. The new content is final before they rise, so that nothing is ever moved under
 * them; when something fails before, the old content is back before they rise.
 */
async function exchangeContent(hold: Hold, { exchanger, token, swapping, left }: Exchange): Promise<void> {
  await using held = hold
  await held.acquire()
  const options = { signal: held.signal }
  let call: Promise<void> = Promise.resolve()
  try {
    call = exchanger.exchange(token, options)
    await notBeyond(call, held.signal, 'exchanging the content')
    const why = await held.verdict()
    if (why !== undefined)
      throw new SalvageError('HOLD.TAINTED', 'the content was not exchanged: its writers did not stay down', { why })
    held.signal.throwIfAborted()
    call = exchanger.commit(token, options)
    await notBeyond(call, held.signal, 'making the new content final')
  } catch (error) {
    left.delete(swapping)
    // What an exchange that goes on may still move is left where it is; `recover` removes it.
    if (isSalvageError(error) && error.code === 'EFFECT.HUNG') left.clear()
    held.undoFirst(swapping, call)
    throw error
  }
}

/**
 * Removes what is not wanted: the former content, or the new one. The workloads are up and nobody waits for it, so it has
 * no limit in time; what fails here is tried again by `release`, which tells.
 */
async function tidy(
  rig: Rig,
  { exchanger, token, left }: Exchange,
  { wanted, signal }: { readonly wanted: boolean; readonly signal: AbortSignal },
): Promise<readonly StuckEntry[]> {
  const entries = [...left]
  if (entries.length === 0) return []
  try {
    await exchanger.clear(token, { signal })
    if (wanted) {
      await rig.journal.settle(entries.map((entry) => entry.id))
      return []
    }
  } catch {
    // See above.
  }
  return release(rig, entries)
}

/** The target's source and the group of everything that uses it, brought down as far as an exchange needs. */
function placeOf(rig: Rig, request: RestoreRequest, found: Survey): { readonly group: Group; readonly source: Source } {
  const lowered: Survey = { ...found, workloads: found.workloads.map((workload) => broughtDown(workload, request)) }
  const source = found.targets.find((target) => target.ref === request.to)?.source
  // Only the hold of the plan is wanted: what is lifted in it, and by whom, does not matter.
  const cranes = { [request.store.crane]: source === undefined ? [] : mediaOf(source) }
  const capabilities = { snapshots: [], cranes, stores: {} }
  const plan = makePlan(
    lowered,
    capabilities,
    {
      targets: [request.to],
      grouping: 'individual',
      store: request.store,
      maxHoldMs: request.maxHoldMs,
      maxConcurrent: 1,
    },
    { runId: request.runId, now: rig.now(), machine: '' },
  )
  const [skipped] = plan.skipped
  if (skipped !== undefined) throw new SalvageError('RESTORE.IN_USE', skipped.finding.message, skipped.finding)
  const [group] = plan.groups
  if (group === undefined || source === undefined) throw new Error(`the plan lost ${request.to}`)
  return { group, source }
}

/** A swap needs writers that hold no file open: pause and hooks do not do, and being told to stay up does not count. */
function broughtDown(workload: Workload, request: RestoreRequest): Workload {
  if (!workload.uses.includes(request.to)) return workload
  const { left: _left, refused: _refused, down, ...rest } = workload
  if (down !== undefined) return { ...rest, quiesce: [down] }
  if (workload.state === 'stopped') return { ...rest, quiesce: workload.quiesce }
  return {
    ...workload,
    refused: {
      code: 'RESTORE.IN_USE',
      message: `${workload.name} uses ${request.to} and cannot be brought down from here`,
      ...(workload.left === undefined ? {} : { why: workload.left }),
      hint: 'stop it yourself, or restore into a new target',
    },
  }
}
