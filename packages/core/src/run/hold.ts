import { formatDuration } from '../config/duration.ts'
import { deadline } from '../deadline.ts'
import type { Deadline } from '../deadline.ts'
import { SalvageError } from '../error.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Group } from '../plan/plan.ts'
import type { RestNote } from '../quiesce/quiescer.ts'
import type { StuckEntry } from '../report/report.ts'
import type { Rig } from '../rig.ts'
import { createCalls } from './calls.ts'
import { prepareAll, quiesceWave } from './quiesce-wave.ts'
import type { Prepared } from './quiesce-wave.ts'
import { release } from './release.ts'
import { mustBeAsPlanned, whoRose } from './rest-verdict.ts'
import { watchRest } from './rest-watch.ts'
import type { RestWatch } from './rest-watch.ts'

/** The workloads of one group at rest. Disposing it lets them rise: the one way back, also when `acquire` failed half way. */
export interface Hold extends AsyncDisposable {
  /**
   * Brings the workloads to rest, wave by wave, each intent in the journal first. Rejects before anything is touched with
   * `HOLD.UNWATCHED` when the platform gives no events, and with `HOLD.STALE` when the world is not as the plan has it;
   * later with a quiescer's failure.
   */
  acquire(): Promise<void>
  /** Aborts when the hold must end: its budget is over (`HOLD.OVER`), it is tainted (`HOLD.TAINTED`), the run is aborted. */
  readonly signal: AbortSignal
  /** After `acquire`: what the quiescers said of the rest of their workloads. */
  readonly notes: readonly RestNote[]
  /** Asked once, before the workloads rise: why the copies made in this hold do not count, or undefined when they do. */
  verdict(): Promise<string | undefined>
  /** This is taken back with the hold, before its workloads rise: of a higher order than any wave. `call` has the effect. */
  undoFirst(entry: JournalEntry, call: Promise<unknown>): void
  /** After disposal: what could not be put back. */
  readonly stuck: readonly StuckEntry[]
  /** After disposal: what of the workloads is not as it was and cannot be put back. */
  readonly findings: readonly Finding[]
  /** After disposal: the ways back that were gone, in the order in which the workloads rose. */
  readonly risen: readonly JournalEntry[]
  /**
   * After disposal: from before the first workload was brought to rest until the last was up again, in milliseconds. Undefined
   * when none was, or not all are up.
   */
  readonly holdMs: number | undefined
}

/**
 * A hold of a group, not acquired yet. Its budget begins with the first workload that is brought to rest. A group without
 * workloads has an empty hold: no journal, no budget; but a workload that comes and uses its targets taints it.
 */
export function createHold(
  rig: Rig,
  group: Group,
  options: { readonly runId: string; readonly maxHoldMs: number; readonly signal: AbortSignal },
): Hold {
  const ended = new AbortController()
  const signal = AbortSignal.any([ended.signal, options.signal])
  const opened: JournalEntry[] = []
  const witnesses: Prepared[] = []
  const findings: Finding[] = []
  const notes: RestNote[] = []
  const risen: JournalEntry[] = []
  const calls = createCalls()
  let stuck: readonly StuckEntry[] = []
  let watch: RestWatch | undefined
  let taint: string | undefined
  let budget: Deadline | undefined
  let since: number | undefined
  let holdMs: number | undefined

  const onTaint = (why: string): void => {
    taint ??= why
    ended.abort(new SalvageError('HOLD.TAINTED', why, { hint: 'leave the workloads alone while they are at rest' }))
  }
  const begin = (): void => {
    since = performance.now()
    const limit = deadline(options.maxHoldMs, undefined, over(options.maxHoldMs))
    limit.signal.addEventListener('abort', () => ended.abort(limit.signal.reason), { once: true })
    budget = limit
  }

  return {
    signal,
    get stuck() {
      return stuck
    },
    findings,
    notes,
    risen,
    get holdMs() {
      return holdMs
    },
    acquire: async () => {
      signal.throwIfAborted()
      watch = await watchRest(rig, group, { signal, onTaint })
      if (group.quiesce.length === 0 && group.idle.length === 0) {
        await mustBeAsPlanned(rig, group, [], signal)
        return
      }
      if (watch.broken) throw unwatched()
      const idle = await prepareAll(rig, group.idle, signal)
      const waves = await Promise.all(group.quiesce.map((wave) => prepareAll(rig, wave, signal)))
      for (const one of idle) watch.guard(one.step.workload)
      await mustBeAsPlanned(rig, group, idle, signal)
      witnesses.push(...idle, ...lastOfEach(waves.flat()))
      for (const [order, wave] of dumpsFirst(waves).entries()) {
        if (since === undefined && wave.some(({ quiescer }) => quiescer.dumps !== true)) begin()
        await quiesceWave(rig, { group, runId: options.runId, order, wave, signal, opened, calls, watch, notes })
      }
      signal.throwIfAborted()
    },
    verdict: async () => {
      if (taint !== undefined || witnesses.length === 0) return taint
      if (watch?.broken === true)
        return 'the event stream of the platform broke, so nobody knows what rose during the hold'
      const why = await whoRose(witnesses)
      // An event may have come while the others were asked.
      return taint ?? why
    },
    undoFirst: (entry, call) => {
      void calls.follow(entry.id, call).catch(() => undefined)
      opened.push(entry)
    },
    [Symbol.asyncDispose]: async () => {
      watch?.[Symbol.dispose]()
      budget?.[Symbol.dispose]()
      stuck = await release(rig, opened, {
        calls,
        told: (finding) => findings.push(finding),
        undone: (entry) => risen.push(entry),
      })
      if (since === undefined || stuck.length > 0) return
      holdMs = Math.round(performance.now() - since)
      rig.report({ type: 'group.held', group: group.id, holdMs })
    },
  }
}

/** Nobody waits at rest for what is dumped, and nobody who is dumped is at rest already. */
function dumpsFirst(waves: readonly (readonly Prepared[])[]): readonly (readonly Prepared[])[] {
  const dumps = waves.flat().filter(({ quiescer }) => quiescer.dumps === true)
  if (dumps.length === 0) return waves
  const others = waves.map((wave) => wave.filter((one) => !dumps.includes(one)))
  return [dumps, ...others].filter((wave) => wave.length > 0)
}

/** The last step of each workload is the one whose rest lasts for the whole hold. */
function lastOfEach(prepared: readonly Prepared[]): readonly Prepared[] {
  return [...new Map(prepared.map((one) => [one.step.workload, one])).values()]
}

function over(maxHoldMs: number): SalvageError {
  return new SalvageError(
    'HOLD.OVER',
    `the hold took longer than ${formatDuration(maxHoldMs)}, the longest that it may take`,
    {
      hint: 'allow more with --max-hold or the maxHold of the tide, or use a store or a file system that needs a shorter hold',
    },
  )
}

function unwatched(): SalvageError {
  return new SalvageError('HOLD.UNWATCHED', 'nothing was brought to rest: the platform gives no events', {
    why: 'without them nobody knows whether the workloads stay at rest, and no copy would count',
    hint: 'check that the platform answers, and that a proxy before it lets events through',
  })
}
