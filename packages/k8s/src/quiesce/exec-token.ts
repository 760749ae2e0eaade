import { z } from 'zod'
import type { WorkloadName } from '../workload/workload-id.ts'
import { HookSettings } from './settings.ts'

/** A container to hold. */
export interface HookPlace {
  readonly pod: string
  readonly uid: string
  readonly container: string
  /** The runtime's id of the container: another one after a restart. */
  readonly containerId: string
}

/** What `k8s.exec` needs. */
export interface HookToken extends WorkloadName {
  readonly version: 1
  readonly as: 'exec'
  /** The name of the hold. */
  readonly id: string
  /** Empty: it was at rest. */
  readonly places: readonly HookPlace[]
  readonly settings: HookSettings
}

/** Reads one back. */
export const HookToken: z.ZodType<HookToken> = z.object({
  version: z.literal(1),
  as: z.literal('exec'),
  namespace: z.string(),
  kind: z.string(),
  name: z.string(),
  id: z.string(),
  places: z.array(z.object({ pod: z.string(), uid: z.string(), container: z.string(), containerId: z.string() })),
  settings: HookSettings,
})
