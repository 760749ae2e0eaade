import { deadline } from '../deadline.ts'
import { errorText, isSalvageError, SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import type { Group, QuiesceStep } from '../plan/plan.ts'
import type { Quiescer } from '../quiesce/quiescer.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { mapLimit } from './limit.ts'
import { quiescerOf } from './parts.ts'
import { release } from './release.ts'
import { watchRest } from './rest-watch.ts'
import type { RestWatch } from './rest-watch.ts'

const VERDICT_WITHIN_MS = 30_000
const CALLS_AT_ONCE = 16

/** The workloads of one group at rest. Disposing it lets them rise: the one way back, also when `acquire` failed half way. */
export interface Hold extends AsyncDisposable {
  /**
   * Brings the workloads to rest, wave by wave, each intent in the journal first. Rejects with `HOLD.STALE` when a workload
   * that the plan found at rest is up, and with a quiescer's failure.
   */
  acquire(): Promise<void>
  /** Aborts when the hold must end: its budget is over (`HOLD.OVER`), it is tainted (`HOLD.TAINTED`), the run is aborted. */
  readonly signal: AbortSignal
  /** Asked once, before the workloads rise: why the copies made in this hold do not count, or undefined when they do. */
  verdict(): Promise<string | undefined>
  /** After disposal: what could not be put back. */
  readonly stuck: readonly StuckEntry[]
  /** After disposal: what of the workloads is not as it was and cannot be put back. */
  readonly findings: readonly Finding[]
  /** After disposal: from before the first workload was touched until the last was up again, in milliseconds. */
  readonly holdMs: number | undefined
}

interface Prepared {
  readonly step: QuiesceStep
  readonly quiescer: Quiescer
  readonly token: Json
}

/**
 * A hold of a group, not acquired yet. A group without workloads has an empty hold: no journal, no budget; but a workload
 * that comes and uses its targets taints it.
 */
export function createHold(
  rig: Rig,
  group: Group,
  options: { readonly runId: string; readonly maxHoldMs: number; readonly signal: AbortSignal },
): Hold {
  const steps = [...group.quiesce.flat(), ...group.idle]
  const ended = new AbortController()
  const budget = steps.length === 0 ? undefined : deadline(options.maxHoldMs, undefined, over(options.maxHoldMs))
  const signal = AbortSignal.any([ended.signal, options.signal, ...(budget === undefined ? [] : [budget.signal])])
  const opened: JournalEntry[] = []
  const witnesses: Prepared[] = []
  const findings: Finding[] = []
  let stuck: readonly StuckEntry[] = []
  let watch: RestWatch | undefined
  let taint: string | undefined
  let since: number | undefined
  let holdMs: number | undefined

  const onTaint = (why: string): void => {
    taint ??= why
    ended.abort(new SalvageError('HOLD.TAINTED', why, { hint: 'leave the workloads alone while they are at rest' }))
  }

  return {
    signal,
    get stuck() {
      return stuck
    },
    findings,
    get holdMs() {
      return holdMs
    },
    acquire: async () => {
      watch = await watchRest(rig, group, onTaint)
      if (steps.length === 0) return
      const idle = await prepareAll(rig, group.idle, signal)
      const waves = await Promise.all(group.quiesce.map((wave) => prepareAll(rig, wave, signal)))
      for (const one of idle) {
        watch.guard(one.step.workload)
        await mustRest(one, signal)
      }
      witnesses.push(...idle, ...lastOfEach(waves.flat()))
      for (const [order, wave] of waves.entries()) {
        since ??= performance.now()
        await quiesceWave(rig, { group, runId: options.runId, order, wave, signal, opened, watch })
      }
      signal.throwIfAborted()
    },
    verdict: async () => {
      if (taint !== undefined || steps.length === 0) return taint
      if (watch?.broken === true)
        return 'the event stream of the platform broke, so nobody knows what rose during the hold'
      using limit = deadline(VERDICT_WITHIN_MS)
      const verdicts = await mapLimit(witnesses, CALLS_AT_ONCE, (one) => stayed(one, limit.signal))
      // An event may have come while the verdicts were asked for.
      return taint ?? verdicts.find((why) => why !== undefined)
    },
    [Symbol.asyncDispose]: async () => {
      watch?.[Symbol.dispose]()
      budget?.[Symbol.dispose]()
      stuck = await release(rig, opened, { told: (finding) => findings.push(finding) })
      if (since === undefined) return
      holdMs = Math.round(performance.now() - since)
      rig.report({ type: 'group.held', group: group.id, holdMs })
    },
  }
}

async function prepareAll(rig: Rig, steps: readonly QuiesceStep[], signal: AbortSignal): Promise<Prepared[]> {
  return mapLimit(steps, CALLS_AT_ONCE, async (step) => {
    const quiescer = quiescerOf(rig, step.quiescer)
    return { step, quiescer, token: await quiescer.prepare(step.workload, step.settings, { signal }) }
  })
}

/** The last step of each workload is the one whose rest lasts for the whole hold. */
function lastOfEach(prepared: readonly Prepared[]): readonly Prepared[] {
  return [...new Map(prepared.map((one) => [one.step.workload, one])).values()]
}

async function mustRest(one: Prepared, signal: AbortSignal): Promise<void> {
  const verdict = await one.quiescer.atRest?.(one.token, { signal })
  if (verdict === undefined || verdict.atRest) return
  throw new SalvageError('HOLD.STALE', `${one.step.name} was at rest when the plan was made and is not any more`, {
    why: verdict.why,
    hint: 'run again: a new plan takes it in',
  })
}

interface Wave {
  readonly group: Group
  readonly runId: string
  readonly order: number
  readonly wave: readonly Prepared[]
  readonly signal: AbortSignal
  readonly opened: JournalEntry[]
  readonly watch: RestWatch
}

async function quiesceWave(rig: Rig, given: Wave): Promise<void> {
  const { group, runId, order, wave, signal, opened, watch } = given
  signal.throwIfAborted()
  const entries = await rig.journal.open(
    wave.map(({ step, token }) => ({
      runId,
      order,
      undo: { kind: 'quiesce', quiescer: step.quiescer, workload: step.workload, token },
    })),
  )
  const first = opened.push(...entries) - entries.length
  const results = await Promise.allSettled(
    wave.map(async ({ step, quiescer, token }) => {
      const event = { group: group.id, workload: step.workload, quiescer: step.quiescer }
      rig.report({ type: 'workload.quiescing', ...event })
      await quiescer.quiesce(token, { signal })
      watch.guard(step.workload)
      rig.report({ type: 'workload.quiesced', ...event })
    }),
  )
  const done = entries.filter((_entry, index) => results[index]?.status === 'fulfilled')
  await rig.journal.done(done.map((entry) => entry.id))
  for (const [index, entry] of entries.entries())
    if (done.includes(entry)) opened[first + index] = { ...entry, phase: 'done' }
  await forgetUntouched(
    rig,
    opened,
    entries.filter((_entry, index) => isUntouched(results[index])),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Nothing was done to these workloads: who put them back would undo what somebody else did. */
async function forgetUntouched(rig: Rig, opened: JournalEntry[], entries: readonly JournalEntry[]): Promise<void> {
  if (entries.length === 0) return
  const ids = new Set(entries.map((entry) => entry.id))
  await rig.journal.settle([...ids])
  opened.splice(0, opened.length, ...opened.filter((entry) => !ids.has(entry.id)))
}

function isUntouched(result: PromiseSettledResult<unknown> | undefined): boolean {
  return result?.status === 'rejected' && isSalvageError(result.reason) && result.reason.untouched
}

async function stayed(one: Prepared, signal: AbortSignal): Promise<string | undefined> {
  try {
    const verdict = await one.quiescer.atRest?.(one.token, { signal })
    return verdict === undefined || verdict.atRest ? undefined : verdict.why
  } catch (error) {
    return `nobody could tell whether ${one.step.name} stayed at rest: ${errorText(error)}`
  }
}

function over(maxHoldMs: number): SalvageError {
  return new SalvageError('HOLD.OVER', `the hold took longer than its budget of ${String(maxHoldMs)} ms`, {
    hint: 'raise maxHold, or use a store or a file system that needs a shorter hold',
  })
}
