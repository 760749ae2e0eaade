import { setTimeout as delay } from 'node:timers/promises'
import { formatDuration } from '../config/duration.ts'
import { deadline } from '../deadline.ts'
import { errorText } from '../error.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry } from '../journal/journal.ts'
import type { Json } from '../json.ts'
import type { Quiescer } from '../quiesce/quiescer.ts'
import type { Rig } from '../rig.ts'
import { notBeyond } from './not-beyond.ts'
import { quiescerOf } from './parts.ts'

/** How long a workload may take that does not say itself. */
const PATIENCE_MS = 300_000
/** The quiescer tells in words of its own when the time in its settings is over; the engine's limit comes after it. */
const GRACE_MS = 10_000
const END_WITHIN_MS = 5_000
const TOLD_AFTER_MS = 2_000

/**
 * Waits until the workloads that rose are as healthy as they were before, all at once, and tells of those that are not.
 * Never rejects. Stops without a verdict when the run is aborted.
 */
export async function illnesses(
  rig: Rig,
  risen: readonly JournalEntry[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await Promise.all(
    risen.map(async ({ undo }) => {
      if (undo.kind !== 'quiesce') return []
      const quiescer = quiescerOf(rig, undo.quiescer)
      return waitFor(rig, { workload: undo.workload, token: undo.token, quiescer }, signal)
    }),
  )
  const findings = found.flat()
  for (const finding of findings) rig.report({ type: 'warning', finding })
  return findings
}

interface Patient {
  readonly workload: string
  readonly token: Json
  readonly quiescer: Quiescer
}

async function waitFor(
  rig: Rig,
  { workload, token, quiescer }: Patient,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (quiescer.healthy === undefined || signal.aborted) return []
  const answered = new AbortController()
  void delay(TOLD_AFTER_MS, undefined, { signal: answered.signal }).then(
    () => rig.report({ type: 'workload.awaited', workload }),
    () => undefined,
  )
  let patienceMs = PATIENCE_MS
  try {
    patienceMs = quiescer.healthPatienceMs?.(token) ?? PATIENCE_MS
    using limit = deadline(patienceMs + GRACE_MS, signal)
    const call = quiescer.healthy(token, { signal: limit.signal })
    try {
      return await notBeyond(call, limit.signal, `asking for the health of ${workload}`, END_WITHIN_MS)
    } catch (error) {
      if (signal.aborted) return []
      return [limit.signal.aborted ? late(workload, patienceMs) : unknown(workload, error)]
    }
  } catch (error) {
    return [unknown(workload, error)]
  } finally {
    answered.abort()
  }
}

function late(workload: string, ms: number): Finding {
  return {
    code: 'HEALTH.LATE',
    message: `${workload} is up again, and was not healthy within ${formatDuration(ms)}`,
    hint: 'look at its log; the copies are not concerned',
  }
}

function unknown(workload: string, error: unknown): Finding {
  return {
    code: 'HEALTH.UNKNOWN',
    message: `${workload} is up again, and nobody could tell whether it is healthy`,
    why: errorText(error),
    hint: 'look at it, and at its log; the copies are not concerned',
  }
}
