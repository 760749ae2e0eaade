import { z } from 'zod'
import type { KeepRules } from '../retention/policy.ts'
import { durationText } from './duration-text.ts'

const count = z.int().positive().exactOptional()

/** The `keep` of a configuration: how many points of each period, and `within` as a duration. */
export const keepRules: z.ZodType<KeepRules> = z
  .strictObject({
    last: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    within: durationText.exactOptional(),
  })
  .transform(({ within, ...counts }) => (within === undefined ? counts : { ...counts, withinMs: within }))
