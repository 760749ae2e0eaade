import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Store } from '@salvage-kit/core'
import { runFarScript } from './far-script.ts'
import type { FarAnswer } from './far-script.ts'
import { placeOfStore } from './store.ts'

const NO_DIRECTORY = 44
const NOT_BTRFS = 45
const READ_ONLY = 46
const NO_PROGRAM = 47
/** An argument of a program is at most 128 KiB, and all names go in one. */
const NAMES_AT_ONCE = 400

/** What stands in the directory of a store. */
export interface FarListing {
  /** Names with an `@` of what cannot be written: read-only subvolumes, where the directory is on BTRFS. */
  readonly standing: ReadonlySet<string>
  /** Text of each note by the name of what it is about. */
  readonly notes: ReadonlyMap<string, string>
  /** Ids of lifts that were withdrawn while somebody still received: what they make after all is no copy. */
  readonly withdrawn: ReadonlySet<string>
}

// To root too `-w` says no of a read-only subvolume. In a store of streams the files count, whoever may write them.
const LIST = `[ -d "$1" ] || exit ${String(NO_DIRECTORY)}
cd -- "$1" || exit 1
for d in ./*@*; do
  if [ -d "$d" ]; then [ -w "$d" ] || printf 'S %s\\n' "\${d#./}"
  elif [ -f "$d" ]; then printf 'S %s\\n' "\${d#./}"; fi
done
for w in .salvage-kit/withdrawn/*; do [ ! -f "$w" ] || printf 'W %s\\n' "\${w##*/}"; done
[ ! -d .salvage-kit/points ] || find .salvage-kit/points -name '*.json' -type f -exec awk '{ print "N " FILENAME " " $0 }' {} +`

/** The first line of the script that a key may be bound to: then it runs whatever else is asked for, and nothing can be seen. */
const BOUND = 'salvage-kit-receive 1'

/**
 * Looks into the directory of a store. Rejects with `STORE.NOT_FOUND`, `STORE.UNREACHABLE`, and with `STORE.WRITE_ONLY`
 * where our key may send and do nothing else.
 */
export async function listFar(store: Store, options: CallOptions): Promise<FarListing> {
  const { output } = await inStore(store, { script: LIST, args: [], what: `listing ${store.ref}` }, options)
  if (output.split('\n').includes(BOUND)) throw keyMayOnlySend(store)
  const standing = new Set<string>()
  const notes = new Map<string, string>()
  const withdrawn = new Set<string>()
  for (const line of output.split('\n'))
    if (line.startsWith('S ')) standing.add(line.slice(2))
    else if (line.startsWith('W ')) withdrawn.add(line.slice(2))
    else {
      const [, name, text] = /^N \.salvage-kit\/points\/(\S+)\.json (.*)$/.exec(line) ?? []
      if (name !== undefined && text !== undefined) notes.set(name, (notes.get(name) ?? '') + text)
    }
  return { standing, notes, withdrawn }
}

/** The same; where nothing can be seen, nothing is there. */
export async function listIfSeen(store: Store, options: CallOptions): Promise<FarListing> {
  return listFar(store, options).catch((error: unknown): FarListing => {
    if (!isSalvageError(error) || error.code !== 'STORE.WRITE_ONLY') throw error
    return { standing: new Set(), notes: new Map(), withdrawn: new Set() }
  })
}

function keyMayOnlySend(store: Store): SalvageError {
  return new SalvageError(
    'STORE.WRITE_ONLY',
    `the copies in ${store.ref} cannot be listed, restored or removed from here`,
    {
      why: 'the key of this machine may send there and do nothing else',
      hint: 'do that at the far end, or with another key',
    },
  )
}

const REMOVE = `cd -- "$1" || exit ${String(NO_DIRECTORY)}
shift
for n; do [ -d "./$n" ] && printf '%s\\0' "./$n"; done | xargs -0 -r btrfs subvolume delete -- >/dev/null || exit 1
for n; do rm -f -- "./$n" ".salvage-kit/points/$n.json" || exit 1; done`

/** Removes copies and their notes; what is not there is removed already. The names are safe: see `parseSnapshotName`. */
export async function removeFar(store: Store, names: readonly string[], options: CallOptions): Promise<void> {
  for (let first = 0; first < names.length; first += NAMES_AT_ONCE) {
    const args = names.slice(first, first + NAMES_AT_ONCE)
    const { output } = await inStore(store, { script: REMOVE, args, what: `removing from ${store.ref}` }, options)
    if (output.split('\n').includes(BOUND)) throw keyMayOnlySend(store)
  }
}

const REMOVE_NOTES = `cd -- "$1" || exit ${String(NO_DIRECTORY)}
shift
for n; do rm -f -- ".salvage-kit/points/$n.json" || exit 1; done`

/** Removes the notes of copies, which stay. */
export async function removeNotes(store: Store, names: readonly string[], options: CallOptions): Promise<void> {
  if (names.length === 0) return
  await inStore(store, { script: REMOVE_NOTES, args: names, what: `removing from ${store.ref}` }, options)
}

const CHECK = `if [ ! -d "$1" ]; then [ "$2" = init ] && mkdir -p -- "$1" || exit ${String(NO_DIRECTORY)}; fi
if [ "$3" = btrfs ]; then
  command -v btrfs >/dev/null || exit ${String(NO_PROGRAM)}
  [ "$(stat -f -c %T -- "$1")" = btrfs ] || exit ${String(NOT_BTRFS)}
fi
[ -w "$1" ] || exit ${String(READ_ONLY)}`

/**
 * Checks that a store can be written; with `init` its directory is made. Rejects with `STORE.NOT_FOUND`,
 * `STORE.READ_ONLY`, `BTRFS.NOT_BTRFS`, `BTRFS.MISSING`, `HOST.…`, and for a key that may send elsewhere, or copies of
 * subvolumes alone, with `SEND.FAR_DIRECTORY` and `STORE.WRITE_ONLY`.
 */
export async function checkFar(
  store: Store,
  { init, btrfs, signal }: CallOptions & { readonly init: boolean; readonly btrfs: boolean },
): Promise<void> {
  const args = [init ? 'init' : '', btrfs ? 'btrfs' : '']
  const what = `looking at ${store.ref}`
  const { code, output } = await inStore(
    store,
    { script: CHECK, args, what, accepts: [NOT_BTRFS, READ_ONLY, NO_PROGRAM] },
    { signal },
  )
  const told = output.split('\n')
  if (told.includes(BOUND)) mustTakeCopies(store, told, btrfs)
  if (code === NOT_BTRFS)
    throw new SalvageError('BTRFS.NOT_BTRFS', `${store.ref} is not on a BTRFS file system`, {
      hint: 'name a directory on one, or keep streams in files with btrfs-raw:[HOST:]DIR',
    })
  if (code === READ_ONLY) throw new SalvageError('STORE.READ_ONLY', `${store.ref} cannot be written`)
  if (code === NO_PROGRAM)
    throw new SalvageError('BTRFS.MISSING', `the program btrfs is not where ${store.ref} is`, {
      hint: 'install it there (apt install btrfs-progs)',
    })
}

/** What a key that may only send can do is known from its greeting: copies of subvolumes, in one directory. */
function mustTakeCopies(store: Store, told: readonly string[], btrfs: boolean): void {
  if (!btrfs)
    throw new SalvageError('STORE.WRITE_ONLY', `the key of this machine may not write to ${store.ref}`, {
      why: 'it may send copies of subvolumes and do nothing else',
      hint: 'use btrfs:HOST:DIR with it, or another key',
    })
  const bound = told.find((line) => line.startsWith('directory '))?.slice('directory '.length)
  if (bound === undefined || bound.replace(/(.)\/+$/, '$1') === placeOfStore(store).directory) return
  throw new SalvageError('SEND.FAR_DIRECTORY', `nothing can be sent to ${store.ref}`, {
    why: `this key may only use ${bound}`,
    hint: 'name that directory, or use another key',
  })
}

/** A script in the directory of a store, which is its `$1`. */
export async function inStore(
  store: Store,
  script: {
    readonly script: string
    readonly args: readonly string[]
    readonly what: string
    readonly accepts?: readonly number[]
  },
  options: CallOptions,
): Promise<FarAnswer> {
  const { far, directory } = placeOfStore(store)
  const { args, accepts = [] } = script
  const given = { ...script, args: [directory, ...args], accepts: [...accepts, NO_DIRECTORY] }
  const answer = await runFarScript(far, given, options).catch((error: unknown) => {
    throw isSalvageError(error) && error.code === 'BTRFS.PERMISSION' ? unreachable(store, error) : error
  })
  if (answer.code !== NO_DIRECTORY) return answer
  throw new SalvageError('STORE.NOT_FOUND', `there is no store ${store.ref}`, {
    why: `there is no directory ${directory}`,
    hint: 'is its disk mounted? A first run makes it',
  })
}

function unreachable(store: Store, cause: SalvageError): SalvageError {
  return new SalvageError('STORE.UNREACHABLE', `${store.ref} cannot be read`, { why: errorText(cause), cause })
}

// The one who sends is dead: what is whole by now gets its name within moments, everything else goes.
const AWAIT = `cd -- "$1" || exit 0
command -v flock >/dev/null || exit 0
for d in .salvage-kit/incoming/"$2"@*; do
  [ ! -d "$d" ] || (flock -w 20 8) 8<"$d" || held=1
done
[ -z "\${held-}" ] || { mkdir -p .salvage-kit/withdrawn && : >.salvage-kit/withdrawn/"$3"; }`

/**
 * Resolves when nobody receives a copy of that name before the `@` any more. Who does so for long may be of another machine, or
 * slow: then what the lift makes after all is no copy any more.
 */
export async function awaitReceivers(
  store: Store,
  { name, liftId }: { readonly name: string; readonly liftId: string },
  options: CallOptions,
): Promise<void> {
  await inStore(store, { script: AWAIT, args: [name, liftId], what: `looking at ${store.ref}` }, options)
}

const FORGET = `cd -- "$1" || exit ${String(NO_DIRECTORY)}
shift
for w; do rm -f -- ".salvage-kit/withdrawn/$w" || exit 1; done`

/** Forgets withdrawn lifts, of which nothing stands any more. */
export async function forgetWithdrawn(store: Store, liftIds: readonly string[], options: CallOptions): Promise<void> {
  await inStore(store, { script: FORGET, args: liftIds, what: `removing from ${store.ref}` }, options)
}
