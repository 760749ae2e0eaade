import { z } from 'zod'
import { store } from '../crane/schema.ts'
import { json, reference, source } from '../target/schema.ts'
import type { Keep, SnapshotRef } from './snapshot-ref.ts'

const keep: z.ZodType<Keep> = z.object({
  store,
  at: z.string(),
  machine: z.string(),
  tide: z.string().exactOptional(),
})

/** A snapshot's name read back. */
export const snapshotRef: z.ZodType<SnapshotRef> = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]+$/),
  runId: z.string(),
  target: reference,
  source,
  token: json,
  keep: keep.exactOptional(),
  together: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .exactOptional(),
})
