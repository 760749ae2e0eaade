import { z } from 'zod'
import { liftRef } from '../crane/schema.ts'
import type { Finding } from '../finding.ts'
import { snapshotRef } from '../snapshot/schema.ts'
import { json, reference } from '../target/schema.ts'
import type { JournalEntry, Undo } from './journal.ts'

const exchanged = { target: reference, exchanger: z.string().exactOptional(), token: json }

/** An undo read back from a journal, by another process or another version of this program. */
export const undo: z.ZodType<Undo> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('quiesce'), quiescer: z.string(), workload: z.string(), token: json }),
  z.object({ kind: z.literal('snapshot'), snapshotter: z.string(), ref: snapshotRef }),
  z.object({ kind: z.literal('exposure'), snapshotter: z.string(), ref: snapshotRef }),
  z.object({ kind: z.literal('lift'), ref: liftRef }),
  z.object({ kind: z.literal('provision'), target: reference, provisioner: z.string(), token: json }),
  z.object({ kind: z.literal('swap'), ...exchanged }),
  z.object({ kind: z.literal('staging'), ...exchanged }),
  z.object({ kind: z.literal('effect'), target: reference, effect: z.string(), token: json }),
])

/** A finding read back. */
export const finding: z.ZodType<Finding> = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().exactOptional(),
  hint: z.string().exactOptional(),
})

/** JSON in a text column, then what it must be. */
function column<T>(inner: z.ZodType<T>): z.ZodType<T> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(inner)
}

/** What of a row says whose entry it is, whatever its undo may be. */
export const entryShell: z.ZodType<Omit<JournalEntry, 'undo'>> = z
  .object({ id: z.int().positive(), run_id: z.string().min(1), position: z.int(), attempts: z.int().catch(0) })
  .transform(({ id, run_id: runId, position: order, attempts }) => ({
    id,
    runId,
    order,
    phase: 'intent',
    at: '',
    attempts,
  }))

/** A row of the journal's table. */
export const entryRow: z.ZodType<JournalEntry> = z
  .object({
    id: z.int().positive(),
    run_id: z.string().min(1),
    position: z.int(),
    undo: column(undo),
    phase: z.enum(['intent', 'done']),
    at: z.string(),
    attempts: z.int().nonnegative(),
    last_failure: column(finding).nullable(),
    copied: z.int(),
  })
  .transform(({ id, run_id: runId, position: order, last_failure: lastFailure, copied, ...row }) => ({
    ...row,
    ...(copied === 0 ? {} : { copied: true as const }),
    id,
    runId,
    order,
    ...(lastFailure === null ? {} : { lastFailure }),
  }))
