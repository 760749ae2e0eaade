import { deadline } from '../deadline.ts'
import { errorText, SalvageError } from '../error.ts'
import type { Group } from '../plan/plan.ts'
import type { Rig } from '../rig.ts'
import { mapLimit } from './limit.ts'
import { notBeyond } from './not-beyond.ts'
import type { Prepared } from './quiesce-wave.ts'
import { survey } from './survey.ts'

const VERDICT_WITHIN_MS = 30_000
const CALLS_AT_ONCE = 16

/**
 * Compares a plan with the world before anything is touched: rejects with `HOLD.STALE` when a workload is up that the
 * plan found at rest, or that it does not know and that uses a target of the group. The watch must stand already: so
 * whoever comes after the look is seen by it.
 */
export async function mustBeAsPlanned(
  rig: Rig,
  group: Group,
  idle: readonly Prepared[],
  signal: AbortSignal,
): Promise<void> {
  for (const one of idle) {
    const verdict = await one.quiescer.atRest?.(one.token, { signal })
    if (verdict?.atRest === false)
      throw stale(`${one.step.name} was at rest when the plan was made and is not any more`, verdict.why)
  }
  const known = new Set([...group.quiesce.flat(), ...group.idle, ...group.left].map((one) => one.workload))
  const { workloads } = await survey(rig, { signal })
  for (const { id, name, state, uses } of workloads) {
    const target = uses.find((ref) => group.targets.includes(ref))
    if (state === 'stopped' || target === undefined || known.has(id)) continue
    throw stale(`${name} uses ${target} and is not in the plan`, `${id} is ${state} and came after the plan was made`)
  }
}

/** Why somebody did not stay at rest, or may not have; undefined when all did. Takes no longer than half a minute. */
export async function whoRose(witnesses: readonly Prepared[]): Promise<string | undefined> {
  using limit = deadline(VERDICT_WITHIN_MS)
  const verdicts = await mapLimit(witnesses, CALLS_AT_ONCE, (one) => rose(one, limit.signal))
  return verdicts.find((why) => why !== undefined)
}

async function rose({ step, quiescer, token }: Prepared, signal: AbortSignal): Promise<string | undefined> {
  if (quiescer.atRest === undefined) return undefined
  try {
    const verdict = await notBeyond(quiescer.atRest(token, { signal }), signal, `asking whether ${step.name} rests`, 0)
    return verdict.atRest ? undefined : verdict.why
  } catch (error) {
    return `nobody could tell whether ${step.name} stayed at rest: ${errorText(error)}`
  }
}

function stale(message: string, why: string): SalvageError {
  return new SalvageError('HOLD.STALE', message, { why, hint: 'run again: a new plan takes it in' })
}
