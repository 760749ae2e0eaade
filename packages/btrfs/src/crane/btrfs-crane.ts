import { directoryOf, SalvageError } from '@salvage-kit/core'
import type {
  Archive,
  CallOptions,
  Crane,
  LiftOptions,
  LiftRef,
  ListOptions,
  RestorePoint,
  Source,
  Store,
} from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import { nextName } from '../name/next-name.ts'
import { timeFormat } from '../name/time-format.ts'
import { underFreeName } from '../name/under-free-name.ts'
import { sendSnapshot } from '../send/send-snapshot.ts'
import type { Sent } from '../send/send-request.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { runFarScript } from './far-script.ts'
import {
  awaitReceivers,
  checkFar,
  forgetWithdrawn,
  inStore,
  listFar,
  listIfSeen,
  removeFar,
  removeNotes,
} from './far-store.ts'
import { listPoints, readNote } from './list.ts'
import { dropCut, keepCut, localCut, mustBeSendable } from './local-cut.ts'
import { ignored, isOfSeries, sentWhole } from './sent-whole.ts'
import type { Warn } from './sent-whole.ts'
import { nameOfTarget, noteOf, pointOf } from './point-note.ts'
import { mustBeOutside, placeOfStore } from './store.ts'
import { copyTree } from './tree.ts'

type Settings = Pick<BtrfsSettings, 'volumesPath' | 'snapshotsPath' | 'timeFormat'>

/**
 * Sends snapshots into a directory on BTRFS, here or by ssh: `btrfs:[HOST:]DIR`. Each copy is a read-only subvolume
 * `NAME@TIME` that needs no other one; only what changed since the last is sent, as long as both ends have that.
 */
export function btrfsCrane(settings: Settings, warn: Warn = ignored): Crane {
  return {
    id: 'btrfs',
    media: new Set(['directory']),
    async preflight(store, sources, { init, signal }) {
      signal.throwIfAborted()
      for (const source of sources) {
        mustBeOutside(store, await mustBeSendable(source, { ...settings, signal }))
      }
      await checkFar(store, { init, btrfs: true, signal })
    },
    lift: (ref, source, options) => lift({ ...settings, warn }, ref, source, options),
    clear: (ref, options) => dropCut(ref, { ...settings, ...options, finished: false }),
    abilities: async () => ({ archives: true, deduplicates: true }),
    archives: {
      list: (store, options) => list(settings, store, options),
      lower: (point, store, destination, options) => lower(point, store, destination, options),
      check,
      async remove(points, store, options) {
        await removeFar(store, points.map(nameOfPoint), options)
      },
      async withdraw(ref, options) {
        await awaitReceivers(ref.store, { name: nameOfTarget(ref.target), liftId: ref.id }, options)
        await removeMade(ref.store, (await listIfSeen(ref.store, options)).notes, new Set([ref.id]), options)
        await dropCut(ref, { ...settings, ...options, finished: true })
      },
    },
  }
}

async function lift(
  settings: Settings & { readonly warn: Warn },
  ref: LiftRef,
  source: Source,
  options: LiftOptions,
): Promise<Archive> {
  const { signal, onProgress } = options
  const { far, directory } = placeOfStore(ref.store)
  const cut = await localCut(ref, source, { ...settings, signal })
  const note = noteOf(ref, cut.uuid)
  const noteFound = { ...note, found: true }
  const { standing, notes, withdrawn } = await listIfSeen(ref.store, { signal })
  const late = await removeMade(ref.store, notes, withdrawn, { signal })
  if (late.length > 0) await forgetWithdrawn(ref.store, late, { signal })
  const nextOf = (refused: ReadonlySet<string>): string =>
    freeName(settings, ref, (one) => standing.has(one) || notes.has(one) || refused.has(one))
  const request = { snapshot: cut.path, far, directory, note, noteFound, parentsIn: [cut.parentsIn] }
  const marked = cut.own !== undefined && far.kind === 'ssh' ? { markedFor: far.host } : {}
  const told = onProgress === undefined ? {} : { onProgress }
  const send = async (name: string): Promise<Sent> => sendSnapshot({ ...request, ...marked, name }, { signal, ...told })
  const sent = cut.own === undefined ? await underFreeName(nextOf, send) : await send(cut.own)
  await keepCut(ref, cut, sent.parent, { signal })
  const point = pointOf(sent.name, note, ref.store)
  // That more was sent than the difference makes the copy no worse; nor is it news of the first copy, whatever snapshots of
  // the same name the far end has of another target.
  const isFirst = cut.own === undefined && ![...notes.values()].some((text) => isOfSeries(readNote(text), ref))
  for (const finding of sent.findings)
    if (finding.code !== 'SEND.PARENT_MISSING') settings.warn(finding)
    else if (!isFirst) settings.warn(cut.own === undefined && sent.parent === undefined ? sentWhole(ref) : finding)
  // What goes from process to process here is only looked at now and then.
  return { point: far.kind === 'ssh' ? { ...point, storedBytes: sent.bytes } : point, findings: [] }
}

/** Removes what lifts have made, and their notes only of what stood there before; gives the ids of those that made something. */
async function removeMade(
  store: Store,
  notes: ReadonlyMap<string, string>,
  liftIds: ReadonlySet<string>,
  options: CallOptions,
): Promise<readonly string[]> {
  if (liftIds.size === 0) return []
  const made = [...notes].flatMap(([name, text]) => {
    const { liftId = '', found = false } = readNote(text) ?? {}
    return liftIds.has(liftId) && parseSnapshotName(name) !== undefined ? [{ name, liftId, found }] : []
  })
  const named = (wanted: boolean): readonly string[] =>
    made.flatMap(({ name, found }) => (found === wanted ? [name] : []))
  await removeFar(store, named(false), options)
  await removeNotes(store, named(true), options)
  return made.map(({ liftId }) => liftId)
}

function freeName(settings: Settings, ref: LiftRef, isTaken: (name: string) => boolean): string {
  return nextName(nameOfTarget(ref.target), timeFormat(settings.timeFormat), { now: new Date(ref.at), isTaken })
}

async function* list(settings: Settings, store: Store, options: ListOptions): AsyncGenerator<RestorePoint> {
  const { far, directory } = placeOfStore(store)
  const plain = far.kind === 'local' && directory === settings.snapshotsPath ? settings.timeFormat : undefined
  yield* await listPoints(store, { ...options, ...(plain === undefined ? {} : { plain }) })
}

async function lower(point: RestorePoint, store: Store, to: Source, options: LiftOptions): Promise<void> {
  const { far, directory } = placeOfStore(store)
  const place = directoryOf(to)
  if (place === undefined) throw new SalvageError('BTRFS.NO_DIRECTORY', 'only directories can be restored into')
  await mustStand(point, store, options)
  await copyTree(far, `${directory}/${nameOfPoint(point)}`, place, options)
}

const MISSING = 40
const WRITABLE = 41

// The root directory of a read-only subvolume cannot be written, by root neither.
const LOOK = `cd -- "$1" || exit 1
[ -d "./$2" ] || exit ${String(MISSING)}
[ ! -w "./$2" ] || exit ${String(WRITABLE)}
[ "$3" = '' ] || btrfs subvolume show -- "./$2"`

/** Rejects with `RESTORE.POINT_UNKNOWN`, `ARCHIVE.DAMAGED`. */
async function mustStand(point: RestorePoint, store: Store, options: LiftOptions): Promise<void> {
  const name = nameOfPoint(point)
  const { notes } = await listFar(store, options)
  const note = readNote(notes.get(name) ?? '')
  const what = `looking at ${name}`
  const script = { script: LOOK, args: [name, note?.uuid ?? ''], what, accepts: [MISSING, WRITABLE] }
  const { code, output } = await inStore(store, script, options)
  if (code === MISSING) throw unknown(point, store)
  if (code === WRITABLE) throw damaged(name, 'it can be written, so nobody knows what was')
  const received = /^\s*Received UUID:\s*(\S+)/m.exec(output)?.[1]
  const own = /^\s*UUID:\s*(\S+)/m.exec(output)?.[1]
  if (note !== undefined && received !== note.uuid && own !== note.uuid)
    throw damaged(name, `its Received UUID is ${received ?? '-'}, and ${note.uuid} was sent`)
}

/** Reads everything, so that the file system compares every block with its checksum. */
async function check(point: RestorePoint, store: Store, options: LiftOptions): Promise<void> {
  await mustStand(point, store, options)
  const { far, directory } = placeOfStore(store)
  const script = 'cd -- "$1/$2" && find . -type f -exec cat -- {} + >/dev/null'
  const args = [directory, nameOfPoint(point)]
  try {
    await runFarScript(far, { script, args, what: `reading ${point.id}` }, options)
  } catch (error) {
    if (error instanceof SalvageError && error.code.startsWith('BTRFS.'))
      throw damaged(point.id, error.why ?? '', error)
    throw error
  }
}

/** The name of a point, which goes into paths: an id may come from anywhere. */
function nameOfPoint({ id }: RestorePoint): string {
  if (parseSnapshotName(id) !== undefined) return id
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `${JSON.stringify(id)} cannot be a point of a store on BTRFS`)
}

function unknown({ id }: RestorePoint, store: Store): SalvageError {
  return new SalvageError('RESTORE.POINT_UNKNOWN', `${store.ref} has no restore point ${id}`)
}

function damaged(name: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', `the copy ${name} is not what was sent`, { why, cause })
}
