import { z } from 'zod'
import type { ClockOffset } from './clock-watch.ts'
import type { Moment } from './clock.ts'

/** What is known of a job. */
export interface Remembered {
  readonly volume: string
  readonly action: string
  /** When the last attempt that succeeded began; of a replication, when what was sent was taken. */
  readonly last: Moment
  /** Was taken by a replication that failed, and is to be sent by the next one. */
  readonly waiting?: { readonly snapshot: string; readonly taken: Moment } | undefined
}

/** What the scheduler remembers, as it stands in its file. */
export interface ScheduleMemory {
  readonly version: 1
  readonly clock?: ClockOffset | undefined
  readonly runs: readonly Remembered[]
}

const moment = z.object({
  time: z.iso.datetime().transform((text) => new Date(text)),
  uptimeMs: z.number(),
  bootId: z.string(),
})

export const scheduleMemory: z.ZodType<ScheduleMemory> = z.object({
  version: z.literal(1),
  clock: z.object({ bootId: z.string(), ms: z.number() }).optional(),
  runs: z.array(
    z.object({
      volume: z.string(),
      action: z.string(),
      last: moment,
      waiting: z.object({ snapshot: z.string(), taken: moment }).optional(),
    }),
  ),
})
