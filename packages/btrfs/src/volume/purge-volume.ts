import { findingOf } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { volumeName } from '../name/volume-name.ts'
import { snapshotName } from '../name/snapshot-name.ts'
import type { PurgeVerdict } from '../retention/verdicts.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'
import { kindAt, snapshotPath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { isNested } from './refusal.ts'
import { unmarkSafety } from './safety.ts'
import { performVerb } from './verb.ts'

/** What a purge came to. */
export interface PurgeResult {
  readonly removed: readonly string[]
  /** What still stands although it should not; the others went. */
  readonly failed: readonly PurgeFailure[]
}

/** One snapshot that could not be removed, and why. */
export interface PurgeFailure {
  readonly name: string
  readonly failure: Finding
}

/** How long a purge waits for a snapshot that is just being sent, in milliseconds: the next purge comes. */
const WAIT_MS = 200

/**
 * Removes the snapshots of a volume that the verdicts do not keep, in one command where that works; otherwise one by one, so
 * that one that cannot be removed keeps no other. Rejects with `VOLUME.NAME` and `SNAPSHOT.NAME`, before anything is
 * removed, and with the signal's reason.
 */
export async function purgeVolume(
  host: VolumeHost,
  volume: string,
  { signal, verdicts }: CallOptions & { readonly verdicts: readonly Pick<PurgeVerdict, 'name' | 'keep'>[] },
): Promise<PurgeResult> {
  signal.throwIfAborted()
  volumeName(volume)
  const doomed = verdicts.filter(({ keep }) => !keep).map(({ name }) => name)
  const foreign = doomed.find((name) => snapshotName(name).volume !== volume)
  if (foreign !== undefined) throw new Error(`${foreign} is no snapshot of ${volume}`)
  if (doomed.length === 0) return { removed: [], failed: [] }
  try {
    await removeThese(host, volume, { signal, names: doomed })
    return { removed: doomed, failed: [] }
  } catch {
    signal.throwIfAborted()
  }
  const removed: string[] = []
  const failed: PurgeFailure[] = []
  for (const name of doomed) {
    signal.throwIfAborted()
    try {
      if ((await kindAt(snapshotPath(host.settings, name))) !== 'absent')
        await removeThese(host, volume, { signal, names: [name] })
      removed.push(name)
    } catch (error) {
      signal.throwIfAborted()
      // Somebody else removed it meanwhile.
      if ((await kindAt(snapshotPath(host.settings, name))) === 'absent') removed.push(name)
      else failed.push({ name, failure: told(name, error) })
    }
  }
  await unmarkSafety(host.settings, removed)
  return { removed, failed }
}

async function removeThese(
  host: VolumeHost,
  volume: string,
  { signal, names }: CallOptions & { readonly names: readonly string[] },
): Promise<void> {
  const work = async (options: CallOptions): Promise<void> => {
    await deleteSubvolumes(
      names.map((name) => snapshotPath(host.settings, name)),
      options,
    )
    await unmarkSafety(host.settings, names)
  }
  await performVerb(host, { verb: 'purge', volume, locked: names, waitMs: WAIT_MS, work }, { signal })
}

function told(name: string, error: unknown): Finding {
  const finding = findingOf(error)
  if (!isNested(error)) return { ...finding, message: `${name}: ${finding.message}` }
  return {
    ...finding,
    code: 'PURGE.NESTED',
    message: `snapshot ${JSON.stringify(name)} cannot be removed`,
    hint: 'a subvolume stands inside of it: list it with `btrfs subvolume list -o`, and remove that one first',
  }
}
