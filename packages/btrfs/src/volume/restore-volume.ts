import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { snapshotName } from '../name/snapshot-name.ts'
import { together } from '../command/together.ts'
import { volumeName } from '../name/volume-name.ts'
import { isReadOnly } from '../subvolume/is-read-only.ts'
import { holdsSubvolumes } from '../subvolume/nested-subvolume.ts'
import { exchange, prepareExchange } from './exchange.ts'
import { requireFree, withFreeName } from './free-name.ts'
import { latestOf, listSnapshots } from './list-snapshots.ts'
import { kindAt, snapshotPath, volumePath } from './place.ts'
import type { VolumeHost } from './place.ts'
import { holdsOthers, notSubvolume, requireUnused } from './refusal.ts'
import { noSuchSnapshot } from './remove-snapshots.ts'
import { RESTORE_EFFECT } from './restore-effect.ts'
import { restoreToken } from './restore-token.ts'
import { settledKind } from './settled.ts'
import { performVerb, verbRunId } from './verb.ts'

/** A volume that was restored. */
export interface RestoredVolume {
  readonly volume: string
  /** What it holds now. */
  readonly snapshot: string
  /** What it held before; left out when there was no such volume. Never taken for the latest snapshot. */
  readonly safety?: string
}

/** What {@link restoreVolume} takes. */
export interface RestoreVolumeOptions extends CallOptions {
  /** Default: the volume of the snapshot. Made when it is not there. */
  readonly target?: string
}

/**
 * Brings a volume back to a snapshot, or, given a volume's name, to its latest snapshot. What it holds is saved first. Under
 * its name stands the former content or the new one, whole, whenever this process dies; for some microseconds there may
 * be nothing, which recovery mends.
 *
 * Rejects, and changes nothing, with `VOLUME.NAME`, `SNAPSHOT.NAME`, `SNAPSHOT.NONE`, `SNAPSHOT.NOT_FOUND`,
 * `SNAPSHOT.UNFINISHED`, `VOLUME.IN_USE`, `VOLUME.PLAIN`, `VOLUME.NESTED`, `BTRFS.*`, and as core's `perform`.
 */
export async function restoreVolume(
  host: VolumeHost,
  snapshotOrVolume: string,
  { signal, target }: RestoreVolumeOptions,
): Promise<RestoredVolume> {
  signal.throwIfAborted()
  const { settings } = host
  const snapshot = await chosen(host, snapshotOrVolume, { signal })
  const volume = target === undefined ? snapshotName(snapshot).volume : volumeName(target)
  await requireWhole(settings, snapshot)
  const kind = await settledKind(host, volume, { signal })
  if (kind === 'other') throw notSubvolume(volume)
  const once = async (safety?: string): Promise<RestoredVolume> =>
    restoreOnce(host, { snapshot, volume, ...(safety === undefined ? {} : { safety }) }, { signal })
  return kind === 'subvolume' ? withFreeName(host, volume, once) : once()
}

async function restoreOnce(host: VolumeHost, about: RestoredVolume, { signal }: CallOptions): Promise<RestoredVolume> {
  const { settings } = host
  const { snapshot, volume, safety } = about
  const runId = verbRunId(host)
  const token = restoreToken(settings, { volume, runId, safety: safety ?? null })
  const work = async (options: CallOptions): Promise<RestoredVolume> => {
    if (safety !== undefined) requireFree(host, safety)
    // Asked under the locks, before anything is made.
    if ((await restorable(host, volume, options)) !== (safety !== undefined)) throw changed(volume)
    const from = await requireWhole(settings, snapshot)
    const isNested = safety === undefined ? false : holdsSubvolumes(volumePath(settings, volume), options)
    // That takes the longer the more snapshots there are; what is prepared meanwhile can be taken back.
    const [holdsSome] = await together([isNested, prepareExchange(token, from, options)])
    if (holdsSome) throw holdsOthers(volume, { isBegun: true })
    options.signal.throwIfAborted()
    await exchange(token)
    return about
  }
  const locked = [volume, ...(safety === undefined ? [] : [safety])]
  // What stands on the disk says whether it was exchanged: one that was stays, also when its end is forgotten.
  const effect = { id: RESTORE_EFFECT, token: { ...token }, mayBeLost: 'end' } as const
  return performVerb(host, { verb: 'restore', volume, locked, isExchange: true, effect, work }, { signal, runId })
}

/** Whether there is a volume of this name; rejects when it must not be exchanged. Changes nothing. */
async function restorable({ settings }: VolumeHost, volume: string, options: CallOptions): Promise<boolean> {
  const path = volumePath(settings, volume)
  const kind = await kindAt(path)
  if (kind === 'other') throw notSubvolume(volume)
  if (kind === 'absent') return false
  await requireUnused(settings, volume, options)
  return true
}

async function chosen({ settings }: VolumeHost, name: string, { signal }: CallOptions): Promise<string> {
  if (name.includes('@')) return name
  const volume = volumeName(name)
  const latest = latestOf(await listSnapshots(settings, { signal, volume }))
  if (latest !== undefined) return latest.name
  throw new SalvageError('SNAPSHOT.NONE', `volume ${JSON.stringify(volume)} has no snapshot that could be restored`, {
    why: 'markers, safety snapshots, what is half received, and what has no readable date do not count',
    hint: 'name one of `salvage-kit volume snapshots`',
    untouched: true,
  })
}

/** The path of a snapshot. Rejects with `SNAPSHOT.NAME`, `SNAPSHOT.NOT_FOUND`, and `SNAPSHOT.UNFINISHED` when it can be written. */
async function requireWhole(settings: VolumeHost['settings'], snapshot: string): Promise<string> {
  const path = snapshotPath(settings, snapshot)
  if ((await kindAt(path)) !== 'subvolume') throw noSuchSnapshot(snapshot)
  if (await isReadOnly(path)) return path
  throw new SalvageError('SNAPSHOT.UNFINISHED', `${JSON.stringify(snapshot)} is no whole snapshot`, {
    why: 'it can be written: it was received half way, or changed since',
    hint: 'choose another one; if its content is what you want, `btrfs property set -ts PATH ro true` makes it whole',
    untouched: true,
  })
}

function changed(volume: string): SalvageError {
  return new SalvageError('VOLUME.CHANGED', `volume ${JSON.stringify(volume)} was made or removed just now`, {
    hint: 'try again',
    retryable: true,
    untouched: true,
  })
}
