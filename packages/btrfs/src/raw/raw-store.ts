import type { CallOptions, Store } from '@salvage-kit/core'
import { inStore, listFar } from '../crane/far-store.ts'
import type { Notes } from './chain.ts'
import { readRawNote } from './raw-note.ts'
import type { RawNote } from './raw-note.ts'

/** The end of the name of a file with a stream. */
export const SUFFIX = '.btrfs.zst'

/** What stands in a store of streams. */
export interface RawListing {
  /** Of all copies whose file stands. */
  readonly notes: Notes
  /** Every name that is taken, by a file or by a note alone. */
  readonly taken: ReadonlySet<string>
  /** Files of ours whose note cannot be read. */
  readonly unreadable: readonly string[]
  /** Of all notes, also of those without a file: for a lift that died in between. */
  readonly all: Notes
}

/** Looks into a store. Rejects with `STORE.NOT_FOUND`, `STORE.UNREACHABLE`, `HOST.…`. */
export async function listRaw(store: Store, options: CallOptions): Promise<RawListing> {
  const { standing, notes: texts } = await listFar(store, options)
  const files = new Set([...standing].flatMap((name) => (name.endsWith(SUFFIX) ? [name.slice(0, -SUFFIX.length)] : [])))
  const all = new Map<string, RawNote>()
  const unreadable: string[] = []
  for (const [name, text] of texts) {
    const note = readRawNote(text)
    if (note !== undefined) all.set(name, note)
    else if (files.has(name)) unreadable.push(name)
  }
  const notes = new Map([...all].filter(([name]) => files.has(name)))
  return { notes, taken: new Set([...files, ...texts.keys()]), unreadable, all }
}

const NOTE = `cd -- "$1" && printf '%s\\n' "$3" >".salvage-kit/points/.$2.new" &&
mv -f -- ".salvage-kit/points/.$2.new" ".salvage-kit/points/$2.json"`

/** Writes a note anew, in one step. */
export async function writeNote(store: Store, name: string, note: RawNote, options: CallOptions): Promise<void> {
  await inStore(store, { script: NOTE, args: [name, JSON.stringify(note)], what: `writing to ${store.ref}` }, options)
}

const REMOVE = `cd -- "$1" || exit 1
shift
for n; do rm -f -- "./$n${SUFFIX}" ".salvage-kit/points/$n.json" || exit 1; done`
const NAMES_AT_ONCE = 400

/** Removes files and their notes; what is not there is removed already. */
export async function removeRaw(store: Store, names: readonly string[], options: CallOptions): Promise<void> {
  for (let first = 0; first < names.length; first += NAMES_AT_ONCE) {
    const args = names.slice(first, first + NAMES_AT_ONCE)
    await inStore(store, { script: REMOVE, args, what: `removing from ${store.ref}` }, options)
  }
}
