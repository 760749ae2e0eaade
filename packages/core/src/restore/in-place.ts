import { SalvageError } from '../error.ts'
import type { JournalEntry } from '../journal/journal.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Group } from '../plan/plan.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { createHold } from '../run/hold.ts'
import { probe } from '../run/probe.ts'
import { recoverFirst } from '../run/recover.ts'
import { release } from '../run/release.ts'
import { survey } from '../run/survey.ts'
import type { Survey } from '../target/discovery.ts'
import { directoryOf } from '../target/source.ts'
import type { Workload } from '../target/workload.ts'
import { lowerInto, mustWrite, notRestored, restored } from './lower.ts'
import type { RestoreRequest, RestoreResult } from './restore.ts'
import { commitSwap, prepareSwap, stageSwap, swap } from './swap.ts'

/** Undone before the writers rise: higher than every wave of a hold. */
const SWAP_ORDER = 1_000_000

/**
 * Restores beside the target while its writers run, compares, brings the writers down, exchanges the content by renames,
 * lets them rise, and only then removes the former content. The writers are down for the renames, whatever the size.
 */
export async function restoreInPlace(rig: Rig, request: RestoreRequest, signal: AbortSignal): Promise<RestoreResult> {
  const { group, directory } = await placeOf(rig, request, signal)
  const workloads = [...group.quiesce.flat(), ...group.idle].map((step) => step.workload)
  await using _lock = await rig.locks.acquire(request.runId, [request.to, ...new Set(workloads)])
  await recoverFirst(rig, { signal })
  const token = await prepareSwap(directory, request.runId)
  const opened = await rig.journal.open([{ runId: request.runId, order: SWAP_ORDER, undo: { kind: 'swap', token } }])
  rig.report({ type: 'run.started', runId: request.runId, groups: 1, targets: 1 })
  const hold = createHold(rig, group, { runId: request.runId, maxHoldMs: request.maxHoldMs, signal })
  const ended = (): Pick<RestoreResult, 'holdMs' | 'findings'> => ({
    ...(hold.holdMs === undefined ? {} : { holdMs: hold.holdMs }),
    findings: hold.findings,
  })
  try {
    const staging = await stageSwap(token)
    await lowerInto(rig, request, { medium: 'directory', path: staging }, signal)
    await exchange(
      hold,
      () => swap(token),
      () => takeBack(rig, opened),
    )
    await commitSwap(token)
    await rig.journal.settle(opened.map((entry) => entry.id))
    return { target: restored(request), stuck: hold.stuck, ...ended() }
  } catch (error) {
    const stuck = await release(rig, opened)
    return { target: notRestored(rig, request, error, signal), stuck: [...hold.stuck, ...stuck], ...ended() }
  }
}

/** Exchanges with the writers at rest. When that fails, the old content is back before the writers rise. */
async function exchange(
  hold: ReturnType<typeof createHold>,
  doSwap: () => Promise<void>,
  undoSwap: () => Promise<readonly StuckEntry[]>,
): Promise<void> {
  await using held = hold
  await held.acquire()
  try {
    await doSwap()
    const why = await held.verdict()
    if (why === undefined) return
    throw new SalvageError('HOLD.TAINTED', 'the content was not exchanged: its writers did not stay down', { why })
  } catch (error) {
    await undoSwap()
    throw error
  }
}

async function takeBack(rig: Rig, opened: readonly JournalEntry[]): Promise<readonly StuckEntry[]> {
  return release(rig, opened)
}

/** The target's directory and the group of everything that uses it, brought down as far as a swap needs. */
async function placeOf(
  rig: Rig,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<{ readonly group: Group; readonly directory: string }> {
  const found = await survey(rig, { signal })
  const lowered: Survey = { ...found, workloads: found.workloads.map((workload) => broughtDown(workload, request)) }
  const capabilities = await probe(rig, { ...lowered, targets: [] }, { signal })
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
