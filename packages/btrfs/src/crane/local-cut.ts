import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, realpath, rename, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, LiftRef, Source } from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { homeOf, homesHere } from '../snapshotter/home.ts'
import { removeSubvolume } from '../snapshotter/own-folder.ts'
import { whyNotWhole } from '../snapshotter/why-not-whole.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { snapshotSubvolume } from '../subvolume/subvolume.ts'
import { nameOfTarget } from './point-note.ts'
import { noteSeries } from './series.ts'

/** A read-only subvolume here that can be sent. */
export interface LocalCut {
  readonly path: string
  /** By which every copy of it is known. */
  readonly uuid: string
  /** Set when it is somebody's snapshot `VOLUME@TIME`, which is sent under its own name and stays. */
  readonly own?: string
  /** Where what it may be sent as the difference to stands. */
  readonly parentsIn: string
}

/** As of a snapshot of the target: so a send knows it for one of the same series. */
const nameOfCut = ({ id, target }: LiftRef): string => `${nameOfTarget(target)}@${safe(id)}`
const nameOfUnfinished = ({ id, target }: LiftRef): string => `${nameOfTarget(target)}@lifting-${safe(id)}`

/**
 * What a lift sends: the source itself when that is a snapshot in the directory of snapshots, else a cut of it that this
 * package keeps, so that the next one can be sent as the difference. Rejects with `BTRFS.NOT_SUBVOLUME`, `BTRFS.NESTED`,
 * `BTRFS.NO_HOME`.
 */
export async function localCut(
  ref: LiftRef,
  source: Source,
  { volumesPath, snapshotsPath, signal }: CallOptions & Pick<BtrfsSettings, 'volumesPath' | 'snapshotsPath'>,
): Promise<LocalCut> {
  signal.throwIfAborted()
  const path = await subvolumeOf(source)
  const own = await ownSnapshot(path, { snapshotsPath, signal })
  if (own !== undefined) return own
  await mustBeWhole(path, { signal })
  const home = await placeOfCuts(path, snapshotsPath)
  const series = join(home, 'parents', seriesOf(ref))
  await mkdir(series, { recursive: true, mode: 0o700 })
  await noteSeries(home, seriesOf(ref), ref, { volumesPath })
  const cut = join(series, nameOfUnfinished(ref))
  await removeSubvolume(cut, { signal })
  await snapshotSubvolume(path, cut, { signal })
  const uuid = await uuidOf(cut, { signal, readOnly: true })
  if (uuid === undefined) throw new Error(`${cut} was cut and is not there`)
  return { path: cut, uuid, parentsIn: series }
}

/**
 * Rejects, before anything comes to rest, a source of which no cut could be sent: `BTRFS.NOT_SUBVOLUME`, `BTRFS.NESTED`,
 * `BTRFS.NO_HOME`. Gives its real path.
 */
export async function mustBeSendable(
  source: Source,
  { snapshotsPath, signal }: CallOptions & { readonly snapshotsPath: string },
): Promise<string> {
  const path = await subvolumeOf(source)
  await mustBeWhole(path, { signal })
  if ((await ownSnapshot(path, { snapshotsPath, signal })) === undefined) await placeOfCuts(path, snapshotsPath)
  return path
}

async function ownSnapshot(
  path: string,
  { snapshotsPath, signal }: CallOptions & { readonly snapshotsPath: string },
): Promise<LocalCut | undefined> {
  const [own, parent] = [basename(path), dirname(path)]
  if (parseSnapshotName(own) === undefined) return undefined
  if ((await realpath(snapshotsPath).catch(() => '')) !== parent) return undefined
  const uuid = await uuidOf(path, { signal, readOnly: true })
  return uuid === undefined ? undefined : { path, uuid, own, parentsIn: parent }
}

async function placeOfCuts(path: string, snapshotsPath: string): Promise<string> {
  const home = await homeOf(path, snapshotsPath)
  if ('path' in home) return home.path
  throw new SalvageError('BTRFS.NO_HOME', `${path} cannot be sent`, {
    why: home.why,
    hint: 'give snapshots a directory on the same file system that can be written (btrfs.snapshots)',
  })
}

/** Rejects a subvolume of which a cut would hold a part only: `BTRFS.NESTED`. */
async function mustBeWhole(path: string, options: CallOptions): Promise<void> {
  const why = await whyNotWhole(path, options)
  if (why !== undefined)
    throw new SalvageError('BTRFS.NESTED', `${path} cannot be sent as a whole`, {
      why,
      hint: 'move that elsewhere, or use a store that takes any directory, such as archive:DIR',
    })
}

/** The real path of a source that is a subvolume. Rejects with `BTRFS.NOT_SUBVOLUME`. */
async function subvolumeOf(source: Source): Promise<string> {
  const directory = directoryOf(source)
  const path = directory === undefined ? undefined : await realpath(directory).catch(() => undefined)
  if (path !== undefined && (await isSubvolume(path))) return path
  throw new SalvageError('BTRFS.NOT_SUBVOLUME', `${directory ?? `a ${source.medium}`} is not a BTRFS subvolume`, {
    why: 'only subvolumes can be sent',
    hint: 'make it one, or use a store that takes any directory, such as archive:DIR',
  })
}

/**
 * Keeps the cut of a finished lift for the next one, and the parent that it was sent against in case it is withdrawn
 * after all; older ones go.
 */
export async function keepCut(
  ref: LiftRef,
  cut: LocalCut,
  parent: string | undefined,
  options: CallOptions,
): Promise<void> {
  if (cut.own !== undefined) return
  const kept = nameOfCut(ref)
  await rename(cut.path, join(cut.parentsIn, kept))
  for (const name of await readdir(cut.parentsIn))
    if (name !== kept && name !== (parent === undefined ? '' : basename(parent)))
      await removeSubvolume(join(cut.parentsIn, name), options)
}

/** Removes the cut of a lift: the unfinished one, or with `finished` also one that was kept. Idempotent. */
export async function dropCut(
  ref: LiftRef,
  { snapshotsPath, finished, signal }: CallOptions & { readonly snapshotsPath: string; readonly finished: boolean },
): Promise<void> {
  for (const home of await homesHere(snapshotsPath)) {
    const series = join(home, 'parents', seriesOf(ref))
    if ((await lstat(series).catch(() => undefined)) === undefined) continue
    await removeSubvolume(join(series, nameOfUnfinished(ref)), { signal })
    if (finished) await removeSubvolume(join(series, nameOfCut(ref)), { signal })
    await rmdir(series).catch(() => undefined)
  }
}

/** One for each target and store. */
function seriesOf({ target, store }: LiftRef): string {
  return createHash('sha256')
    .update(JSON.stringify([target, store.ref]))
    .digest('hex')
    .slice(0, 16)
}

function safe(id: string): string {
  if (/^[A-Za-z0-9-]+$/.test(id)) return id
  throw new Error(`${JSON.stringify(id)} is no id of a lift`)
}

async function uuidOf(
  path: string,
  options: CallOptions & { readonly readOnly: boolean },
): Promise<string | undefined> {
  const found = (await listSubvolumes(dirname(path), options)).find(({ name }) => name === basename(path))
  return found?.receivedUuid ?? found?.uuid
}
