import { SalvageError } from '../error.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Group } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import type { StuckEntry } from '../report/report.ts'
import { illnesses } from '../run/health.ts'
import { createHold } from '../run/hold.ts'
import type { Hold } from '../run/hold.ts'
import { probe } from '../run/probe.ts'
import { release } from '../run/release.ts'
import { survey } from '../run/survey.ts'
import type { Survey } from '../target/discovery.ts'
import { directoryOf } from '../target/source.ts'
import type { Workload } from '../target/workload.ts'
import { begin, lockAndRecover } from './begin.ts'
import { lowerInto, mustLower, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'
import { clearStaging, commitSwap, prepareSwap, stageSwap, swap } from './swap.ts'

/** Undone before the writers rise: higher than every wave of a hold. */
const SWAP_ORDER = 1_000_000

/**
 * Restores beside the target while its writers run, compares, brings the writers down, exchanges the content by renames,
 * lets them rise, and only then removes the former content. The writers are down for the renames, whatever the size.
 */
export async function restoreInPlace(rig: Rig, request: RestoreRequest, signal: AbortSignal): Promise<RestoreResult> {
  mustLower(rig, request)
  const { group, directory } = await placeOf(rig, request, signal)
  const workloads = [...group.quiesce.flat(), ...group.idle].map((step) => step.workload)
  await using _lock = await lockAndRecover(rig, request, workloads, signal)
  const { runId, to: target } = request
  const token = await prepareSwap(directory, runId)
  await begin(rig, request)
  const [staging, swapping] = await rig.journal.open([
    { runId, order: 0, undo: { kind: 'staging', target, token } },
    { runId, order: SWAP_ORDER, undo: { kind: 'swap', target, token } },
  ])
  if (staging === undefined || swapping === undefined) throw new Error('the journal opened no entry')
  const hold = createHold(rig, group, { runId, maxHoldMs: request.maxHoldMs, signal })
  const exchange: Exchange = { token, swapping, left: new Set([staging, swapping]) }
  let failure: unknown
  try {
    const fresh = await stageSwap(token)
    await lowerInto(rig, request, { medium: 'directory', path: fresh }, signal)
    await exchangeContent(hold, exchange)
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
  readonly token: Json
  readonly swapping: JournalEntry
  /** What nobody has taken back yet. */
  readonly left: Set<JournalEntry>
}

/**
 * Exchanges with the writers at rest. The new content is final before they rise, so that nothing is ever moved under
 * them; when something fails before, the old content is back before they rise.
 */
async function exchangeContent(hold: Hold, { token, swapping, left }: Exchange): Promise<void> {
  await using held = hold
  await held.acquire()
  try {
    await swap(token)
    const why = await held.verdict()
    if (why !== undefined)
      throw new SalvageError('HOLD.TAINTED', 'the content was not exchanged: its writers did not stay down', { why })
    held.signal.throwIfAborted()
    await commitSwap(token)
  } catch (error) {
    left.delete(swapping)
    held.undoFirst([swapping])
    throw error
  }
}

/**
 * Removes what is not wanted: the former content, or the new one. The workloads are up and nobody waits for it, so it has
 * no limit in time; what fails here is tried again by `release`, which tells.
 */
async function tidy(
  rig: Rig,
  { token, left }: Exchange,
  { wanted, signal }: { readonly wanted: boolean; readonly signal: AbortSignal },
): Promise<readonly StuckEntry[]> {
  const entries = [...left]
  try {
    await clearStaging(token, { signal })
    if (wanted) {
      await rig.journal.settle(entries.map((entry) => entry.id))
      return []
    }
  } catch {
    // See above.
  }
  return release(rig, entries)
}

/** The target's directory and the group of everything that uses it, brought down as far as a swap needs. */
async function placeOf(
  rig: Rig,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<{ readonly group: Group; readonly directory: string }> {
  const found = await survey(rig, { signal })
  const lowered: Survey = { ...found, workloads: found.workloads.map((workload) => broughtDown(workload, request)) }
  const capabilities = await probe(rig, { ...lowered, targets: [] }, { signal, stores: [] })
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
  const source = found.targets.find((target) => target.ref === request.to)?.source
  if (group === undefined || source === undefined) throw new Error(`the plan lost ${request.to}`)
  mustWrite(rig, request, source)
  const directory = directoryOf(source)
  if (directory !== undefined) return { group, directory }
  throw new SalvageError('RESTORE.UNREADABLE', `${request.to} cannot be restored in place`, {
    why: 'its content is no directory that this process can reach',
    hint: 'restore into a new target, and point the workload to that',
  })
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
