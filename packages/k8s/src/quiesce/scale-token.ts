import { z } from 'zod'
import type { WorkloadName } from '../workload/workload-id.ts'

/** What `k8s.scale` needs to put a workload back. */
export interface ScaleToken extends WorkloadName {
  readonly version: 1
  readonly as: 'scale'
  readonly uid: string
  /** How many it had. */
  readonly replicas: number
  /** How many of them were ready. */
  readonly ready: number
  /** As it counted its changes then. */
  readonly generation: number
  /** How long its pods may take to end, in milliseconds. */
  readonly downMs: number
  /** And to be ready again. */
  readonly upMs: number
}

/** Reads one back. */
export const ScaleToken: z.ZodType<ScaleToken> = z.object({
  version: z.literal(1),
  as: z.literal('scale'),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  replicas: z.int().nonnegative(),
  ready: z.int().nonnegative(),
  generation: z.int().nonnegative(),
  downMs: z.int().positive(),
  upMs: z.int().positive(),
})
