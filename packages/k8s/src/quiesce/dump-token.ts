import { z } from 'zod'
import type { WorkloadName } from '../workload/workload-id.ts'
import { DumpSettings } from './dump-settings.ts'
import type { HookPlace } from './exec-token.ts'

/** What `k8s.dump` needs. */
export interface DumpToken extends WorkloadName {
  readonly version: 1
  readonly as: 'dump'
  /** By which the dump is known in the container. */
  readonly id: string
  /** Absent: it had no pods. */
  readonly place?: HookPlace
  readonly settings: DumpSettings
}

/** Reads one back. */
export const DumpToken: z.ZodType<DumpToken> = z.object({
  version: z.literal(1),
  as: z.literal('dump'),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  id: z.string().regex(/^[\da-z]+$/),
  place: z.object({ pod: z.string(), uid: z.string(), container: z.string(), containerId: z.string() }).exactOptional(),
  settings: DumpSettings,
})
