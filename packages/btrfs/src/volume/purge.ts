import type { CallOptions, Finding } from '@salvage-kit/core'
import type { PurgeCandidate } from '../retention/candidate.ts'
import { parsePattern } from '../retention/pattern.ts'
import { purgeVerdicts } from '../retention/verdicts.ts'
import type { PurgeVerdict } from '../retention/verdicts.ts'
import { listSnapshots } from './list-snapshots.ts'
import type { VolumeHost } from './place.ts'
import { purgeVolume } from './purge-volume.ts'
import type { PurgeResult } from './purge-volume.ts'
import type { VolumeSnapshot } from './volume-snapshot.ts'

/** What {@link purge} takes. */
export interface PurgeOptions extends CallOptions {
  /** As `parsePattern` reads it: `4h:1d:2w:2y`. */
  readonly pattern: string
  /** Says what would go, and removes nothing. */
  readonly dryRun?: boolean
}

/** What a purge decided and did. */
export interface PurgeReport extends PurgeResult {
  /** Oldest first, with the reason of each. */
  readonly verdicts: readonly PurgeVerdict[]
  readonly findings: readonly Finding[]
}

/**
 * Removes the snapshots of a volume that a pattern does not keep. Rejects with `VOLUME.NAME`, `PURGE.PATTERN`, and as
 * `listSnapshots`; a snapshot that cannot be removed is in the report, and keeps no other.
 */
export async function purge(
  host: VolumeHost,
  volume: string,
  { signal, pattern, dryRun = false }: PurgeOptions,
): Promise<PurgeReport> {
  const parsed = parsePattern(pattern)
  const snapshots = await listSnapshots(host.settings, { signal, volume })
  const judged = purgeVerdicts(snapshots.map(candidate), parsed, host.rig.now())
  if (dryRun) return { ...judged, removed: [], failed: [] }
  return { ...judged, ...(await purgeVolume(host, volume, { signal, verdicts: judged.verdicts })) }
}

function candidate({ name, date, host, generation, kind }: VolumeSnapshot): PurgeCandidate {
  return {
    name,
    ...(date === undefined ? {} : { time: date }),
    ...(host === undefined ? {} : { host }),
    ...(generation === undefined ? {} : { generation }),
    ...(kind === 'safety' ? { isSafety: true } : {}),
    ...(kind === 'unfinished' ? { isUnfinished: true } : {}),
  }
}
