import { isSalvageError } from '../error.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import type { Group, QuiesceStep } from '../plan/plan.ts'
import type { Quiescer, RestNote } from '../quiesce/quiescer.ts'
import type { Rig } from '../rig.ts'
import type { Calls } from './calls.ts'
import { mapLimit } from './limit.ts'
import { notBeyond } from './not-beyond.ts'
import { quiescerOf } from './parts.ts'
import type { RestWatch } from './rest-watch.ts'

const CALLS_AT_ONCE = 16

/** A step whose way back is known. */
export interface Prepared {
  readonly step: QuiesceStep
  readonly quiescer: Quiescer
  readonly token: Json
}

/** Reads how the workloads are; changes nothing. */
export async function prepareAll(rig: Rig, steps: readonly QuiesceStep[], signal: AbortSignal): Promise<Prepared[]> {
  return mapLimit(steps, CALLS_AT_ONCE, async (step) => {
    const quiescer = quiescerOf(rig, step.quiescer)
    return { step, quiescer, token: await quiescer.prepare(step.workload, step.settings, { signal }) }
  })
}

/** What a wave of a hold needs. */
export interface Wave {
  readonly group: Group
  readonly runId: string
  readonly order: number
  readonly wave: readonly Prepared[]
  readonly signal: AbortSignal
  /** Of the whole hold; the wave adds its own. */
  readonly opened: JournalEntry[]
  readonly calls: Calls
  readonly watch: RestWatch
  /** Of the whole hold; the wave adds what its quiescers said. */
  readonly notes: RestNote[]
}

/**
 * Brings the workloads of one wave to rest, all at once, their intents in the journal first. Resolves when all are; rejects
 * with the first failure when all calls have ended, or have not although the signal told them to.
 */
export async function quiesceWave(rig: Rig, given: Wave): Promise<void> {
  const { group, runId, order, wave, signal, opened, calls, watch, notes } = given
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
    entries.map(async (entry, index) => {
      const { step, quiescer, token } = at(wave, index)
      const event = {
        group: group.id,
        workload: step.workload,
        quiescer: step.quiescer,
        ...(quiescer.dumps === true ? { dumps: true as const } : {}),
      }
      rig.report({ type: 'workload.quiescing', ...event })
      const said: RestNote[] = []
      const note = (what: Json): void => {
        said.push({ workload: step.workload, quiescer: step.quiescer, note: what })
      }
      const call = calls.follow(entry.id, quiescer.quiesce(token, { signal, note, runId }))
      await notBeyond(call, signal, `bringing ${step.workload} to rest`)
      notes.push(...said)
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

function at(wave: readonly Prepared[], index: number): Prepared {
  const found = wave[index]
  if (found === undefined) throw new Error('the journal opened more entries than it was given')
  return found
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
