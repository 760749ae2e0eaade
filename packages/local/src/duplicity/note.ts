import { reference } from '@salvage-kit/core'
import type { LiftRef, Reference } from '@salvage-kit/core'
import { z } from 'zod'

/** What is known of a copy that duplicity itself has no place for. It holds no secret, and is not encrypted. */
export interface Note {
  readonly version: 1
  readonly lift: string
  readonly runId: string
  readonly target: Reference
  readonly machine: string
  /** Which state directory of it. */
  readonly stateId?: string
  readonly takenAt: string
  readonly tide?: string
  readonly state: 'good' | 'partial'
  readonly bytes?: number
  readonly storedBytes?: number
  readonly files?: number
}

const schema: z.ZodType<Note> = z.object({
  version: z.literal(1),
  lift: z.string(),
  runId: z.string(),
  target: z
    .string()
    .regex(/^[a-z][a-z0-9-]*:./s)
    .transform(reference),
  machine: z.string(),
  stateId: z.string().exactOptional(),
  takenAt: z.iso.datetime(),
  tide: z.string().exactOptional(),
  state: z.enum(['good', 'partial']),
  bytes: z.number().exactOptional(),
  storedBytes: z.number().exactOptional(),
  files: z.number().exactOptional(),
})

/** What a note says before the copy is made. */
export function noteOf(ref: LiftRef, takenAt: string, stateId: string): Note {
  return {
    version: 1,
    lift: ref.id,
    runId: ref.runId,
    target: ref.target,
    machine: ref.machine,
    stateId,
    takenAt,
    ...(ref.tide === undefined ? {} : { tide: ref.tide }),
    state: 'good',
  }
}

/** As it stands at the far end. */
export function noteText(note: Note): string {
  return `${JSON.stringify(note)}\n`
}

/** Reads one back; undefined for one that was not written to its end, or by a newer version. */
export function readNote(content: Buffer): Note | undefined {
  try {
    const result = schema.safeParse(JSON.parse(content.toString('utf8')))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
