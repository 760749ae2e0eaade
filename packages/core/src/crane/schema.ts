import { z } from 'zod'
import { json, jsonObject, reference } from '../target/schema.ts'
import type { LiftRef } from './crane.ts'
import type { RestorePoint } from './restore-point.ts'
import type { Store } from './store.ts'

/** A store read back. */
export const store: z.ZodType<Store> = z.object({ ref: reference, crane: z.string(), settings: jsonObject })

/** A lift's name read back. */
export const liftRef: z.ZodType<LiftRef> = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]+$/),
  runId: z.string(),
  target: reference,
  store,
  at: z.string(),
  machine: z.string(),
  tide: z.string().exactOptional(),
  warm: z.literal(true).exactOptional(),
})

/** A restore point read back. */
export const restorePoint: z.ZodType<RestorePoint> = z.object({
  kind: z.enum(['archive', 'snapshot']),
  id: z.string(),
  target: reference,
  store: reference,
  takenAt: z.string(),
  state: z.enum(['good', 'partial']),
  bytes: z.number().exactOptional(),
  storedBytes: z.number().exactOptional(),
  files: z.number().exactOptional(),
  machine: z.string().exactOptional(),
  runId: z.string().exactOptional(),
  pinned: z.string().exactOptional(),
  token: json.exactOptional(),
})
