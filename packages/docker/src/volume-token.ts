import { z } from 'zod'

/** What there is to know for making a volume to restore into, and for taking it back. */
export interface VolumeToken {
  readonly version: 1
  readonly volume: string
  readonly runId: string
  /** The labels of the empty, unused volume that stands there already; absent when none does. */
  readonly before?: Readonly<Record<string, string>>
  /** It will be filled by a container: this process need not see its content. */
  readonly throughEngine?: boolean
}

/** Reads a token back from a journal. */
export const VolumeTokenSchema: z.ZodType<VolumeToken> = z.strictObject({
  version: z.literal(1),
  volume: z.string().min(1),
  runId: z.string().min(1),
  before: z.record(z.string(), z.string()).exactOptional(),
  throughEngine: z.boolean().exactOptional(),
})
