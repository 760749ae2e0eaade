import { z } from 'zod'
import { restorePoint } from '../crane/schema.ts'
import { finding } from '../journal/schema.ts'
import { REPORT_VERSION } from '../report/report.ts'
import type { GroupReport, RunKind, RunReport, StuckEntry, TargetReport, Transfer } from '../report/report.ts'
import { reference } from '../target/schema.ts'
import type { TideMark } from './catalog.ts'

const runKind = z.enum(['run', 'restore', 'send', 'sync'])

const outcome = z.enum(['good', 'partial', 'failed'])

const transfer: z.ZodType<Transfer> = z.object({
  host: z.string(),
  bytes: z.number().exactOptional(),
  parent: z.string().exactOptional(),
  already: z.literal(true).exactOptional(),
})

const targetReport: z.ZodType<TargetReport> = z.object({
  target: reference,
  outcome,
  point: restorePoint.exactOptional(),
  kept: restorePoint.exactOptional(),
  missing: z.array(reference).exactOptional(),
  liftMs: z.number().exactOptional(),
  transfer: transfer.exactOptional(),
  findings: z.array(finding).default([]),
})

const groupReport: z.ZodType<GroupReport> = z.object({
  id: z.string(),
  targets: z.array(targetReport),
  holdMs: z.number().exactOptional(),
  predictedHoldMs: z.number().exactOptional(),
  way: z.enum(['snapshot', 'warm', 'copy']).exactOptional(),
  workloads: z.array(z.string()).exactOptional(),
  tainted: z.string().exactOptional(),
  findings: z.array(finding).exactOptional(),
})

const stuckEntry: z.ZodType<StuckEntry> = z.object({
  what: z.string(),
  runId: z.string(),
  attempts: z.number().default(1),
  failure: finding,
})

/**
 * A report read back. Lists that an older version did not write are empty, members that a newer one added are left out.
 */
export const runReport: z.ZodType<RunReport> = z.object({
  version: z.literal(REPORT_VERSION),
  runId: z.string(),
  kind: runKind.default('run'),
  tide: z.string().exactOptional(),
  startedAt: z.string(),
  endedAt: z.string(),
  outcome,
  aborted: z.boolean().default(false),
  refused: finding.exactOptional(),
  groups: z.array(groupReport).default([]),
  skipped: z.array(z.object({ target: reference, finding })).default([]),
  stuck: z.array(stuckEntry).default([]),
  warnings: z.array(finding).default([]),
})

/** A row of the table of runs: what is needed to speak of a run even when its report cannot be read. */
export const runRow: z.ZodType<RunRow> = z.object({
  run_id: z.string(),
  kind: runKind,
  tide: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  outcome: outcome.nullable(),
  report: z.string().nullable(),
})

/** A row of the table of marks. */
export const markRow: z.ZodType<TideMark> = z
  .object({ tide: z.string(), nominal: z.iso.datetime(), begun: z.int(), ended: z.int() })
  .transform(({ ended, ...row }) => ({ ...row, ended: ended === 1 }))

/** See {@link runRow}. */
export interface RunRow {
  readonly run_id: string
  readonly kind: RunKind
  readonly tide: string | null
  readonly started_at: string
  readonly ended_at: string | null
  readonly outcome: 'good' | 'partial' | 'failed' | null
  readonly report: string | null
}
