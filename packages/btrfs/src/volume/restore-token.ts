import { z } from 'zod'
import type { Json } from '@salvage-kit/core'
import type { BtrfsSettings } from '../settings/settings.ts'
import { hiddenPath, snapshotPath, volumePath } from './place.ts'

/** What a restore is about to do. The places stand in it: settings may change before another process takes it back. */
export interface RestoreToken {
  readonly volumesPath: string
  readonly snapshotsPath: string
  readonly volume: string
  readonly runId: string
  /** The name of the safety snapshot; null when there is no volume to save. */
  readonly safety: string | null
}

const schema: z.ZodType<RestoreToken> = z.object({
  volumesPath: z.string(),
  snapshotsPath: z.string(),
  volume: z.string(),
  runId: z.string(),
  safety: z.string().nullable(),
})

/** Where everything of a restore stands. */
export interface RestorePlaces {
  /** The volume. */
  readonly volume: string
  /** What it shall hold. As long as it stands, the volume was not exchanged. */
  readonly fresh: string
  /** What it held, between the exchange and its removal. */
  readonly old: string
  /** The safety snapshot. */
  readonly safety?: string
}

/** Of a volume that is restored by a run. */
export function restoreToken(
  { volumesPath, snapshotsPath }: Pick<BtrfsSettings, 'volumesPath' | 'snapshotsPath'>,
  about: Pick<RestoreToken, 'volume' | 'runId' | 'safety'>,
): RestoreToken {
  return { volumesPath, snapshotsPath, ...about }
}

/** Reads it back from a journal. */
export function readRestoreToken(json: Json): RestoreToken {
  return schema.parse(json)
}

/** Throws `VOLUME.NAME` and `SNAPSHOT.NAME`. */
export function placesOf(given: RestoreToken): RestorePlaces {
  const fresh = hiddenPath(given, given.volume, given.runId)
  return {
    volume: volumePath(given, given.volume),
    fresh,
    old: `${fresh}.old`,
    ...(given.safety === null ? {} : { safety: snapshotPath(given, given.safety) }),
  }
}
