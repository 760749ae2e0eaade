import { parseRetain } from '@salvage-kit/k8s'
import type { Environment, RetentionRules } from '@salvage-kit/k8s'

/** How a pruning is done, by the `RETAIN_…` variables of backup-ns and `TZ`. */
export interface RetainSettings {
  readonly rules: RetentionRules
  readonly dryRun: boolean
  readonly zone: string
}

/** Throws `BAK.INVALID`. */
export function retainSettings(environment: Environment, zone: string): RetainSettings {
  return { ...parseRetain(environment), zone }
}
