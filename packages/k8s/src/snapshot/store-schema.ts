import { z } from 'zod'
import type { Retain } from '../label/birth.ts'

/** How a `csi:` store keeps snapshots. */
export interface StoreSettings {
  /** The VolumeSnapshotClass; absent: that of the snapshotter. */
  readonly class?: string
  /** How the pruners by labels keep them; absent: they leave them alone. */
  readonly retain?: Retain
  /** The value of backup-ns's label `type`. Default: `cronjob`. */
  readonly type: string
  /** Of the days in labels and of the time in names. Default: UTC. */
  readonly zone: string
  /** A template as backup-ns has it; absent: the id of the snapshot. */
  readonly name?: string
  /** The pod that this runs in. */
  readonly pod?: string
  /** What `envConfig` says. */
  readonly envConfig?: string
}

/** The settings of a store read back. */
export const storeSettings: z.ZodType<StoreSettings> = z.strictObject({
  class: z.string().min(1).exactOptional(),
  retain: z
    .discriminatedUnion('by', [
      z.strictObject({ by: z.literal('tiers') }),
      z.strictObject({ by: z.literal('days'), days: z.int().min(0) }),
    ])
    .exactOptional(),
  type: z.string().default('cronjob'),
  zone: z.string().default('UTC'),
  name: z.string().exactOptional(),
  pod: z.string().exactOptional(),
  envConfig: z.string().exactOptional(),
})
