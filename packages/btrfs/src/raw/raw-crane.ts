import { basename } from 'node:path'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { Archive, Crane, LiftOptions, LiftRef, ListOptions, RestorePoint, Source, Store } from '@salvage-kit/core'
import { checkFar } from '../crane/far-store.ts'
import { dropCut, keepCut, localCut, mustBeSendable } from '../crane/local-cut.ts'
import type { LocalCut } from '../crane/local-cut.ts'
import { nameOfTarget, pinned, pointOf } from '../crane/point-note.ts'
import { ignored, isOfSeries, sentWhole } from '../crane/sent-whole.ts'
import type { Warn } from '../crane/sent-whole.ts'
import { mustBeOutside, placeOfStore } from '../crane/store.ts'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import { nextName } from '../name/next-name.ts'
import { timeFormat } from '../name/time-format.ts'
import { underFreeName } from '../name/under-free-name.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { chainOf, removalOf } from './chain.ts'
import type { Notes } from './chain.ts'
import { rawNoteOf } from './raw-note.ts'
import type { RawNote } from './raw-note.ts'
import { listRaw, removeRaw, SUFFIX, writeNote } from './raw-store.ts'
import { checkChain, damaged, lowerChain } from './read-streams.ts'
import type { Chain } from './read-streams.ts'
import { discard, publish, writeStream } from './write-stream.ts'

type Settings = Pick<BtrfsSettings, 'volumesPath' | 'snapshotsPath' | 'timeFormat'>

/** After so many differences a copy is whole by itself again: a restore reads all of a chain. */
const LONGEST_CHAIN = 30

/**
 * Keeps snapshots as compressed streams of `btrfs send` in files, here or by ssh, on whatever file system:
 * `btrfs-raw:[HOST:]DIR`. By hand: `zstd -dc NAME@TIME.btrfs.zst | btrfs receive DIR`, the whole one of a chain first.
 */
export function rawCrane(settings: Settings, warn: Warn = ignored): Crane {
  return {
    id: 'btrfs-raw',
    media: new Set(['directory']),
    async preflight(store, sources, { init, signal }) {
      signal.throwIfAborted()
      for (const source of sources) {
        mustBeOutside(store, await mustBeSendable(source, { ...settings, signal }))
      }
      await checkFar(store, { init, btrfs: false, signal })
    },
    lift: (ref, source, options) => lift({ ...settings, warn }, ref, source, options),
    async clear(ref, options) {
      if (placeOfStore(ref.store).far.kind === 'local') await discard(ref, options)
      await dropCut(ref, { ...settings, ...options, finished: false })
    },
    abilities: async () => ({ archives: true, deduplicates: true }),
    archives: {
      list,
      async lower(point, store, destination, options) {
        const to = directoryOf(destination)
        if (to === undefined) throw new SalvageError('BTRFS.NO_DIRECTORY', 'only directories can be restored into')
        await lowerChain(await chain(point, store, options), to, settings.snapshotsPath, options)
      },
      check: async (point, store, options) => checkChain(await chain(point, store, options), options),
      remove: async (points, store, options) => remove(points.map(nameOfPoint), store, options),
      async withdraw(ref, options) {
        await discard(ref, options)
        const { all } = await listRaw(ref.store, options)
        await remove(
          [...all].flatMap(([name, { liftId }]) => (liftId === ref.id ? [name] : [])),
          ref.store,
          options,
        )
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
  const { signal } = options
  const cut = await localCut(ref, source, { ...settings, signal })
  const { notes, taken } = await listRaw(ref.store, { signal })
  const parent = await parentOf(ref, cut, notes, { signal })
  const volume = cut.own === undefined ? nameOfTarget(ref.target) : (parseSnapshotName(cut.own)?.volume ?? '')
  const nextOf = (refused: ReadonlySet<string>): string => {
    const isTaken = (name: string): boolean => taken.has(name) || refused.has(name)
    if (cut.own !== undefined && !isTaken(cut.own)) return cut.own
    return nextName(volume, timeFormat(settings.timeFormat), { now: new Date(ref.at), isTaken })
  }
  const stored = await writeStream(ref, { cut: cut.path, parent: parent.path }, options)
  const note = rawNoteOf(ref, cut.uuid, parent.name, stored)
  const name = await underFreeName(nextOf, async (free) => {
    await publish(ref, free, note, options)
    return free
  })
  await keepCut(ref, cut, parent.path, { signal })
  const { wanted } = parent
  if (wanted && parent.path === undefined) settings.warn(sentWhole(ref))
  return { point: rawPoint(name, note, ref.store), findings: [] }
}

/** The newest that stands here and there and makes no chain too long. */
async function parentOf(
  ref: LiftRef,
  cut: LocalCut,
  notes: Notes,
  options: { readonly signal: AbortSignal },
): Promise<{ readonly path?: string; readonly name?: string; readonly wanted: boolean }> {
  const here = await listSubvolumes(cut.parentsIn, { ...options, readOnly: true })
  const byUuid = new Map([...notes].map(([name, note]) => [note.uuid, { name, note }]))
  const usable = here.flatMap(({ name, uuid, receivedUuid, generation }) => {
    const there = byUuid.get(receivedUuid ?? uuid)
    if (name === basename(cut.path) || there === undefined || there.note.target !== ref.target) return []
    const chained = chainOf(there.name, notes)
    return chained === undefined || chained.length >= LONGEST_CHAIN
      ? []
      : [{ path: `${cut.parentsIn}/${name}`, name: there.name, generation }]
  })
  const best = usable.toSorted((a, b) => b.generation - a.generation)[0]
  const series = [...notes].filter(([, note]) => isOfSeries(note, ref))
  // A chain that is long enough ends by itself.
  const wanted = series.length > 0 && !series.some(([name]) => (chainOf(name, notes)?.length ?? 0) >= LONGEST_CHAIN)
  return best === undefined ? { wanted } : { path: best.path, name: best.name, wanted }
}

async function* list(store: Store, { signal, onProblem }: ListOptions): AsyncGenerator<RestorePoint> {
  signal.throwIfAborted()
  const { notes, unreadable } = await listRaw(store, { signal })
  for (const name of unreadable)
    onProblem?.({
      code: 'ARCHIVE.POINT_UNREADABLE',
      message: `a copy in ${store.ref} is not listed: its note .salvage-kit/points/${name}.json cannot be read`,
    })
  const wanted = [...notes].filter(([, note]) => note.warm !== true && note.removed !== true)
  const isWhole = ([name]: (typeof wanted)[number]): boolean => chainOf(name, notes) !== undefined
  // On the list one that cannot be restored would let retention drop one that can.
  for (const [name] of wanted.filter((one) => !isWhole(one)))
    onProblem?.({
      code: 'ARCHIVE.POINT_UNREADABLE',
      message: `a copy in ${store.ref} is not listed: a file that ${name} is the difference to is missing`,
      hint: `bring that file back, or remove ${name}${SUFFIX}`,
    })
  yield* pinned(wanted.filter(isWhole).map(([name, note]) => rawPoint(name, note, store)))
}

async function remove(
  names: readonly string[],
  store: Store,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  const { all } = await listRaw(store, options)
  const { gone, hidden } = removalOf(names, all)
  for (const name of hidden) {
    const note = all.get(name)
    if (note !== undefined) await writeNote(store, name, { ...note, removed: true }, options)
  }
  await removeRaw(store, gone, options)
}

async function chain(point: RestorePoint, store: Store, options: { readonly signal: AbortSignal }): Promise<Chain> {
  const name = nameOfPoint(point)
  const { notes } = await listRaw(store, options)
  if (!notes.has(name)) throw new SalvageError('RESTORE.POINT_UNKNOWN', `${store.ref} has no restore point ${name}`)
  const names = chainOf(name, notes)
  if (names === undefined) throw damaged(name, 'a copy that it is the difference to is missing')
  return { store, names, notes }
}

function rawPoint(name: string, note: RawNote, store: Store): RestorePoint {
  return { ...pointOf(name, note, store), storedBytes: note.storedBytes }
}

function nameOfPoint({ id }: RestorePoint): string {
  if (parseSnapshotName(id) !== undefined) return id
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `${JSON.stringify(id)} cannot be a point of a store of streams`)
}
