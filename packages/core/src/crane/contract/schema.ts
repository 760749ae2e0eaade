import { z } from 'zod'
import type { Reference } from '../../target/reference.ts'

interface Sizes {
  readonly bytes?: number
  readonly storedBytes?: number
  readonly files?: number
}

/** `/salvage/result/result.json`. */
export interface ResultFile extends Sizes {
  readonly id: string
  readonly findings: readonly { readonly code: string; readonly message: string }[]
}

/** A line of `/salvage/result/archives.jsonl`. */
export interface ArchiveLine extends Sizes {
  readonly id: string
  readonly liftId?: string
  readonly runId?: string
  readonly target: Reference
  readonly machine?: string
  readonly takenAt: string
  readonly state: 'good' | 'partial'
  readonly warm?: boolean
}

/** It goes into environments, and into files of one id a line. */
const id = z.string().regex(/^[^\s\p{C}]{1,500}$/u, 'an id has 1 to 500 printable characters and no blanks')
const target = z.custom<Reference>(
  (value) => typeof value === 'string' && /^[a-z][a-z0-9-]*:[^\p{Cc}]+$/u.test(value),
  'a target is SCHEME:VALUE',
)
const count = z.int().nonnegative()
const sizes = { bytes: count.exactOptional(), storedBytes: count.exactOptional(), files: count.exactOptional() }
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())

/** Reads a {@link ResultFile}. */
export const resultFile: z.ZodType<ResultFile> = z.object({
  id,
  ...sizes,
  findings: z.array(z.object({ code: z.string(), message: z.string() })).default([]),
})

/** Reads an {@link ArchiveLine}. */
export const archiveLine: z.ZodType<ArchiveLine> = z.object({
  id,
  liftId: z.string().exactOptional(),
  runId: z.string().exactOptional(),
  target,
  machine: z.string().exactOptional(),
  takenAt: time,
  state: z.enum(['good', 'partial']),
  warm: z.boolean().exactOptional(),
  ...sizes,
})
