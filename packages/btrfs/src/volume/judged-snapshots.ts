import type { CallOptions } from '@salvage-kit/core'
import type { PurgeCandidate } from '../retention/candidate.ts'
import { parsePattern } from '../retention/pattern.ts'
import { purgeVerdicts } from '../retention/verdicts.ts'
import type { PurgeVerdicts } from '../retention/verdicts.ts'
import { listGenerations } from '../subvolume/list-subvolumes.ts'
import { namedEntries } from './named-entries.ts'
import type { SnapshotSettings } from './named-entries.ts'

/** What is judged. */
export interface JudgedSnapshots extends CallOptions {
  readonly volume: string
  readonly pattern: string
  readonly now: Date
}

/**
 * What a purge pattern says of the snapshots and markers of a volume; changes nothing. Rejects with `PURGE.PATTERN` and as
 * `listSnapshots`.
 */
export async function judgedSnapshots(
  settings: SnapshotSettings,
  { volume, pattern: text, now, signal }: JudgedSnapshots,
): Promise<PurgeVerdicts> {
  const pattern = parsePattern(text)
  const list = async (): Promise<ReadonlyMap<string, number>> =>
    listGenerations(settings.snapshotsPath, { signal, readOnly: true })
  const { named, whole, safety } = await namedEntries(settings, { signal, volume }, list)
  const candidates = named.map(({ name, host, date }): PurgeCandidate => {
    const generation = whole.get(name)
    return {
      name,
      ...(date === undefined ? {} : { time: date }),
      ...(host === undefined ? {} : { host }),
      ...(generation === undefined ? {} : { generation }),
      isSafety: generation !== undefined && host === undefined && safety.has(name),
      isUnfinished: generation === undefined,
    }
  })
  return purgeVerdicts(candidates, pattern, now)
}
