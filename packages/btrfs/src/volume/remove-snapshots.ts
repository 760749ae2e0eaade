import { readdir } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { parseSnapshotName, snapshotName } from '../name/snapshot-name.ts'
import { deleteSubvolumes } from '../subvolume/subvolume.ts'
import { kindAt, snapshotPath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { unmarkSafety } from './safety.ts'
import { performVerb } from './verb.ts'

/** What {@link removeSnapshots} takes. */
export interface RemoveSnapshotsOptions extends CallOptions {
  /** Also what the next send to a host builds on; its markers go with it. */
  readonly force?: boolean
}

/**
 * Removes snapshots and markers. Resolves with the names of what is gone, markers that went along included. Rejects, before
 * anything is removed, with `SNAPSHOT.NAME`, `SNAPSHOT.NOT_FOUND`, `SNAPSHOT.PLAIN`, and with `SNAPSHOT.PARENT` when the next send to a host
 * builds on one of them and `force` does not say otherwise; besides with `BTRFS.*` and as core's `perform`.
 */
export async function removeSnapshots(
  host: VolumeHost,
  names: readonly string[],
  { signal, force = false }: RemoveSnapshotsOptions,
): Promise<readonly string[]> {
  const { settings } = host
  const given = [...new Set(names)]
  const [first] = given.map((name) => ({ name, ...snapshotName(name) }))
  if (first === undefined) return []
  for (const name of given) {
    const kind = await kindAt(snapshotPath(settings, name))
    if (kind !== 'subvolume') throw kind === 'other' ? notSubvolume(name) : noSuchSnapshot(name)
  }
  const markers = (await markersOf(settings.snapshotsPath, given)).filter((marker) => !given.includes(marker))
  if (markers.length > 0 && !force) throw isParent(markers)
  const all = [...given, ...markers]
  const work = async (options: CallOptions): Promise<void> => {
    await deleteSubvolumes(
      all.map((name) => snapshotPath(settings, name)),
      options,
    )
    await unmarkSafety(settings, all)
  }
  await performVerb(host, { verb: 'rm', volume: first.volume, locked: all, work }, { signal })
  return all
}

/** `SNAPSHOT.NOT_FOUND`. */
export function noSuchSnapshot(name: string): SalvageError {
  return new SalvageError('SNAPSHOT.NOT_FOUND', `snapshot ${JSON.stringify(name)}: no such snapshot`, {
    hint: 'see what is there with `salvage-kit volume snapshots`',
    untouched: true,
  })
}

/** `SNAPSHOT.PLAIN`: something else has a snapshot's name, and is listed as unfinished. */
function notSubvolume(name: string): SalvageError {
  return new SalvageError('SNAPSHOT.PLAIN', `${JSON.stringify(name)} is no snapshot`, {
    why: 'a plain directory or a file of this name stands among the snapshots, and may hold what somebody copied there',
    hint: 'look at what it holds, then remove it with `rm -r`',
    untouched: true,
  })
}

/** The markers of these snapshots. */
async function markersOf(snapshotsPath: string, names: readonly string[]): Promise<readonly string[]> {
  const wanted = new Set(names)
  return (await readdir(snapshotsPath)).filter((entry) => {
    const parsed = entry.includes('@') ? parseSnapshotName(entry) : undefined
    return parsed?.host !== undefined && wanted.has(`${parsed.volume}@${parsed.time}`)
  })
}

function isParent(markers: readonly string[]): SalvageError {
  const sent = markers.map((marker) => marker.split('@'))
  const said = sent.map(([volume, time, host]) => `${String(volume)}@${String(time)} (sent to ${String(host)})`)
  return new SalvageError('SNAPSHOT.PARENT', `the next send builds on ${said.join(', ')}`, {
    why: 'without it the whole volume is sent again',
    hint: 'send a newer snapshot first, or remove it with --force',
    untouched: true,
  })
}
