import type { LiftRef } from '@salvage-kit/core'
import { z } from 'zod'
import { noteOf, pointNote } from '../crane/point-note.ts'
import type { PointNote } from '../crane/point-note.ts'

/** What is known of one file with a stream. */
export interface RawNote extends PointNote {
  /** The copy whose content this stream is the difference to; absent: it is whole by itself. */
  readonly parent?: string
  /** Of the stream before compression. */
  readonly bytes: number
  /** Of the file. */
  readonly storedBytes: number
  readonly sha256: string
  /** No restore point any more, and kept because others are differences to it. */
  readonly removed?: true
}

const more: z.ZodType<Pick<RawNote, 'parent' | 'bytes' | 'storedBytes' | 'sha256' | 'removed'>> = z.object({
  parent: z.string().exactOptional(),
  bytes: z.int().nonnegative(),
  storedBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  removed: z.literal(true).exactOptional(),
})

/** What was written into a file. */
export interface Stored {
  readonly bytes: number
  readonly storedBytes: number
  readonly sha256: string
}

/** The note of a lift. */
export function rawNoteOf(ref: LiftRef, uuid: string, parent: string | undefined, stored: Stored): RawNote {
  return { ...noteOf(ref, uuid), ...stored, ...(parent === undefined ? {} : { parent }) }
}

/** Reads the text of a note; undefined when it is not what was written. */
export function readRawNote(text: string): RawNote | undefined {
  try {
    const read: unknown = JSON.parse(text)
    const [base, own] = [pointNote.safeParse(read).data, more.safeParse(read).data]
    return base === undefined || own === undefined ? undefined : { ...base, ...own }
  } catch {
    return undefined
  }
}
