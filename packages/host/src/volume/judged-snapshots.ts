import type { BtrfsSettings } from '@salvage-kit/btrfs'
import type { PurgeCandidate, PurgeVerdicts, VolumeSnapshot } from '@salvage-kit/btrfs/volumes'

/** What is judged. */
export interface JudgedSnapshots {
  readonly volume: string
  readonly pattern: string
  readonly now: Date
  readonly signal: AbortSignal
}

/** What a purge pattern says of the snapshots of a volume. Rejects with `PURGE.PATTERN` and as `listSnapshots`. */
export async function judgedSnapshots(
  settings: BtrfsSettings,
  { volume, pattern: text, now, signal }: JudgedSnapshots,
): Promise<PurgeVerdicts> {
  const { listSnapshots, parsePattern, purgeVerdicts } = await import('@salvage-kit/btrfs/volumes')
  const pattern = parsePattern(text)
  const snapshots = await listSnapshots(settings, { signal, volume })
  return purgeVerdicts(snapshots.map(candidate), pattern, now)
}

function candidate({ name, date, host, generation, kind }: VolumeSnapshot): PurgeCandidate {
  return {
    name,
    ...(date === undefined ? {} : { time: date }),
    ...(host === undefined ? {} : { host }),
    ...(generation === undefined ? {} : { generation }),
    isSafety: kind === 'safety',
    isUnfinished: kind === 'unfinished',
  }
}
