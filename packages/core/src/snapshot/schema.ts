import { z } from 'zod'
import { json, reference, source } from '../target/schema.ts'
import type { SnapshotRef } from './snapshotter.ts'

/** A snapshot's name read back. */
export const snapshotRef: z.ZodType<SnapshotRef> = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]+$/),
  runId: z.string(),
  target: reference,
  source,
  token: json,
})
