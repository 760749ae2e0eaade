import { createRedactor, deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Clean, CraneEnd } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { jobManifest } from './manifest.ts'
import type { JobRef } from './manifest.ts'
import { makeJob } from './started.ts'
import { toldBy } from './output.ts'
import { removeJob } from './remove-jobs.ts'
import { runJob } from './run-job.ts'
import { DEFAULT_GRACE_MS, DEFAULT_START_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import type { Work } from './work.ts'

/** For removing a Job whose pod ends within its grace. */
const CLEAR_MS = 120_000
/** Shorter values (`1`, `yes`) are no secrets, and without them no line could be read. */
const SHORTEST_SECRET = 4

/** What {@link perform} takes. */
export interface PerformOptions<Outcome> extends CallOptions {
  readonly limitMs: number
  /** Called when the Job is about to be made; until then nothing can have been done. */
  readonly onStart?: () => void
  /** Gets each line that the crane prints, without the values of its environment. */
  readonly onLine?: (line: string) => void
  /** Says what came of it; `tell` reads what the crane wrote down. */
  readonly conclude: (end: CraneEnd, tell: () => Promise<readonly string[]>, clean: Clean) => Promise<Outcome> | Outcome
}

/**
 * One action, one Job. It is gone with its pod when this settles, unless the cluster is: then `clear` finds it by its label, and
 * it ends by itself at its deadline. Rejects with `CRANE.TIMEOUT`, and what {@link makeJob}, {@link runJob} and `conclude`
 * reject with.
 */
export async function perform<Outcome>(
  cluster: Cluster,
  crane: NamedCrane,
  job: JobRef,
  work: Work,
  options: PerformOptions<Outcome>,
): Promise<Outcome> {
  const { limitMs, onStart, onLine, conclude } = options
  const { settings } = crane
  const over = new Error('the crane is over its time')
  using limit = deadline(limitMs, options.signal, over)
  const { signal } = limit
  const clean = cleaner(settings.env ?? {})
  let last: string | undefined
  signal.throwIfAborted()
  try {
    onStart?.()
    await makeJob(cluster, jobManifest(job, work, crane, limitMs), work.what, { signal })
    const { end, pod } = await runJob(cluster, job, {
      signal,
      what: work.what,
      startMs: settings.startMs ?? DEFAULT_START_MS,
      clean,
      onLine(line) {
        last = line
        onLine?.(line)
      },
    })
    return await conclude(end, async () => toldBy(cluster, { namespace: job.namespace, pod }, { signal }), clean)
  } catch (error) {
    throw error === over ? late(work, limitMs, last) : error
  } finally {
    await putAway(cluster, job, settings.graceMs ?? DEFAULT_GRACE_MS)
  }
}

/**
 * On a clock of its own: the signal has gone off already when this matters. What fails here is left to others, so that it hides
 * neither a good end nor the reason of a bad one.
 */
async function putAway(cluster: Cluster, job: JobRef, graceMs: number): Promise<void> {
  using limit = deadline(graceMs + CLEAR_MS)
  await removeJob(cluster, job, { signal: limit.signal }).catch(() => {})
}

function cleaner(env: Readonly<Record<string, string>>): Clean {
  const redactor = createRedactor()
  for (const value of Object.values(env)) if (value.trim().length >= SHORTEST_SECRET) redactor.add(value)
  return (text) => redactor.redact(text)
}

function late({ what }: Work, limitMs: number, last: string | undefined): SalvageError {
  return new SalvageError('CRANE.TIMEOUT', `${what} did not end within ${String(limitMs / 1000)} s`, {
    why: last === undefined ? 'it printed nothing' : `its last line: ${last}`,
    hint: 'see what it waits for, perhaps a lock of another machine, or give it a longer timeout',
  })
}
