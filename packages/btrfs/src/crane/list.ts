import type { Finding, ListOptions, RestorePoint, Store } from '@salvage-kit/core'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import { parseTime } from '../name/time-format.ts'
import { listFar } from './far-store.ts'
import { pinned, pointNote, pointOf } from './point-note.ts'
import type { PointNote } from './point-note.ts'

/** What {@link listPoints} takes. */
export interface ListPointsOptions extends ListOptions {
  /** Snapshots without a note count too: the format of the times in their names. */
  readonly plain?: string
}

/**
 * The copies in a store, newest last. One without its note, or a note without its copy, is none: it is being made or
 * removed. Rejects with `STORE.NOT_FOUND`, `STORE.UNREACHABLE`, `HOST.…`.
 */
export async function listPoints(
  store: Store,
  { signal, onProblem, plain }: ListPointsOptions,
): Promise<readonly RestorePoint[]> {
  signal.throwIfAborted()
  const { standing, notes, withdrawn } = await listFar(store, { signal })
  const points = [...standing].flatMap((name): readonly RestorePoint[] => {
    const text = notes.get(name)
    if (text === undefined) return plain === undefined ? [] : plainPoint(name, plain, store)
    const note = readNote(text)
    if (note === undefined) onProblem?.(problem(name, store))
    if (note === undefined || note.warm === true || withdrawn.has(note.liftId)) return []
    return [pointOf(name, note, store)]
  })
  return pinned(points)
}

/** Reads the text of a note; undefined when it is not what was written. */
export function readNote(text: string): PointNote | undefined {
  try {
    return pointNote.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** A snapshot of the plugin, or of another program that calls them so; a marker is none. */
function plainPoint(name: string, format: string, store: Store): readonly RestorePoint[] {
  const parsed = parseSnapshotName(name)
  const time = parsed === undefined || parsed.host !== undefined ? undefined : parseTime(format, parsed.time)
  if (parsed === undefined || time === undefined) return []
  const target = `btrfs:${parsed.volume}` as const
  return [{ kind: 'archive', id: name, target, store: store.ref, takenAt: time.toISOString(), state: 'good' }]
}

function problem(name: string, store: Store): Finding {
  return {
    code: 'ARCHIVE.POINT_UNREADABLE',
    message: `a copy in ${store.ref} is not listed: its note .salvage-kit/points/${name}.json cannot be read`,
    hint: `the copy itself may be whole: look into ${name} there`,
  }
}
