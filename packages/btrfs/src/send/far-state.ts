import { parseList } from '../subvolume/list-subvolumes.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { parseMounts } from '../subvolume/mounts.ts'
import { placeIn } from '../subvolume/path-in-file-system.ts'

/** What a far end tells before anything is sent. */
export interface FarState {
  /** The directory as its script has it: a key may be bound to another one. */
  readonly directory: string
  /** The read-only subvolumes in it. */
  readonly subvolumes: readonly Subvolume[]
}

/** Reads the lines that `salvage-kit-receive` writes up to `ready`. */
export function readFarState(lines: readonly string[]): FarState {
  const told = (word: string): string => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? ''
  const place = placeIn(parseMounts(lines.join('\n')), told('real'))
  return { directory: told('directory'), subvolumes: parseList(lines.join('\n'), place) }
}
