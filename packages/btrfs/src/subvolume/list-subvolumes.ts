import type { CallOptions } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'
import { inDirectory } from './directory.ts'
import { pathInFileSystem } from './path-in-file-system.ts'

/** One subvolume as the file system itself knows it. */
export interface Subvolume {
  /** The last part of its path. */
  readonly name: string
  readonly uuid: string
  /** Of what it was cut from. */
  readonly parentUuid?: string
  /** Of what was sent; set only when a receive came to its end, and kept by read-only snapshots. */
  readonly receivedUuid?: string
  /**
   * Of the transaction in which it was made: grows whatever the clock does. Those made at the same time may share one.
   * Unlike the generation of its last change, which a read-only one gets as well when it is cut.
   */
  readonly generation: number
}

/** What {@link listSubvolumes} takes. */
export interface ListSubvolumesOptions extends CallOptions {
  /** Only those that cannot be written. */
  readonly readOnly?: boolean
}

/**
 * The subvolumes that stand directly in a directory, in one command however many there are, in no particular order.
 * Rejects with `BTRFS.NOT_BTRFS`, `BTRFS.NOT_FOUND`.
 */
export async function listSubvolumes(
  directory: string,
  { signal, readOnly = false }: ListSubvolumesOptions,
): Promise<readonly Subvolume[]> {
  const place = await inDirectory(directory, async () => pathInFileSystem(directory))
  const args = ['subvolume', 'list', '-o', '-c', '-u', '-q', '-R', ...(readOnly ? ['-r'] : []), '--', directory]
  return parseList(await runCommand('btrfs', args, { signal }), place)
}

/**
 * The same by name, and of each its generation alone: in half the time where there are thousands. Rejects as
 * {@link listSubvolumes}.
 */
export async function listGenerations(
  directory: string,
  { signal, readOnly = false }: ListSubvolumesOptions,
): Promise<ReadonlyMap<string, number>> {
  const place = await inDirectory(directory, async () => pathInFileSystem(directory))
  const args = ['subvolume', 'list', '-o', '-c', ...(readOnly ? ['-r'] : []), '--', directory]
  const text = await runCommand('btrfs', args, { signal })
  const found = new Map<string, number>()
  for (const [, generation, path = ''] of text.matchAll(SHORT_LINE)) {
    const name = nameIn(place, path)
    if (name !== undefined) found.set(name, Number(generation))
  }
  return found
}

/** `ID 257 gen 9 cgen 7 top level 5 path s/v@1`. */
const SHORT_LINE = /^ID \d+ gen \d+ cgen (\d+) top level \d+ path (.*)$/gm

/** `ID 257 gen 9 cgen 7 top level 5 parent_uuid U received_uuid U uuid U path s/v@1`: the path may hold anything, blanks too. */
const LINE =
  /^ID \d+ gen \d+ cgen (\d+) top level \d+ parent_uuid +(\S+) +received_uuid +(\S+) +uuid +(\S+) +path (.*)$/gm

/** What the path begins with when it is not below the given directory. */
const TOP = '<FS_TREE>/'

/** Those whose path is `place/NAME`; a path that is in no line as a whole (a newline in a name) is left out. */
export function parseList(text: string, place: string): readonly Subvolume[] {
  const found: Subvolume[] = []
  for (const [, generation, parentUuid = '-', receivedUuid = '-', uuid = '', given = ''] of text.matchAll(LINE)) {
    const name = nameIn(place, given)
    if (name === undefined) continue
    const origin = {
      ...(parentUuid === '-' ? {} : { parentUuid }),
      ...(receivedUuid === '-' ? {} : { receivedUuid }),
    }
    found.push({ name, uuid, ...origin, generation: Number(generation) })
  }
  return found
}

/** Undefined for what does not stand in the place itself. */
function nameIn(place: string, given: string): string | undefined {
  const start = place === '' ? '' : `${place}/`
  const path = given.startsWith(TOP) ? given.slice(TOP.length) : given
  const name = path.slice(start.length)
  return path.startsWith(start) && name !== '' && !name.includes('/') ? name : undefined
}
