import { createHash } from 'node:crypto'
import { reference } from '@salvage-kit/core'
import type { JsonObject, LiftRef, Reference, RestorePoint, Store } from '@salvage-kit/core'
import { z } from 'zod'
import { isVolumeName } from '../name/volume-name.ts'

/** What is known of a copy besides the copy: the file beside it. */
export interface PointNote extends JsonObject {
  readonly format: 'salvage-btrfs-point'
  readonly version: 1
  readonly target: string
  readonly takenAt: string
  readonly machine: string
  readonly runId: string
  readonly liftId: string
  readonly tide?: string
  /** Made while everything ran: no restore point. */
  readonly warm?: true
  /** The copy stood there before the lift, which gave it this note and nothing else. */
  readonly found?: true
  /** By which the copy is known at every end: its Received UUID there. */
  readonly uuid: string
}

const target = z.string().refine((text) => {
  try {
    return reference(text) === text
  } catch {
    return false
  }
})

/** Reads a note. A later version may say more. */
export const pointNote: z.ZodType<PointNote> = z.object({
  format: z.literal('salvage-btrfs-point'),
  version: z.literal(1),
  target,
  takenAt: z.iso.datetime(),
  machine: z.string(),
  runId: z.string(),
  liftId: z.string(),
  tide: z.string().exactOptional(),
  warm: z.literal(true).exactOptional(),
  found: z.literal(true).exactOptional(),
  uuid: z.guid(),
})

/** The note of a lift. */
export function noteOf(ref: LiftRef, uuid: string): PointNote {
  return {
    format: 'salvage-btrfs-point',
    version: 1,
    target: ref.target,
    takenAt: ref.at,
    machine: ref.machine,
    runId: ref.runId,
    liftId: ref.id,
    ...(ref.tide === undefined ? {} : { tide: ref.tide }),
    ...(ref.warm === undefined ? {} : { warm: ref.warm }),
    uuid,
  }
}

/** The restore point that a note tells of. */
export function pointOf(name: string, note: PointNote, store: Store): RestorePoint {
  return {
    kind: 'archive',
    id: name,
    target: reference(note.target),
    store: store.ref,
    takenAt: note.takenAt,
    state: 'good',
    machine: note.machine,
    runId: note.runId,
  }
}

const LONGEST = 60

/** The part before the `@` in the names of a target's copies: the name of a volume, else readable and another for each target. */
export function nameOfTarget(ref: Reference): string {
  const value = ref.slice(ref.indexOf(':') + 1)
  if (/^(?:btrfs|docker):/.test(ref) && isVolumeName(value)) return value
  const readable = ref.replaceAll(/[^A-Za-z0-9_]+/g, '-').slice(0, LONGEST)
  return `${readable.replace(/-+$/, '')}-${createHash('sha256').update(ref).digest('hex').slice(0, 8)}`
}

/** The newest of each target and machine is the one that the next copy builds on. */
export function pinned(points: readonly RestorePoint[]): readonly RestorePoint[] {
  const sorted = points.toSorted((a, b) => order(a.takenAt, b.takenAt) || order(a.id, b.id))
  const newest = new Map(sorted.map((point) => [JSON.stringify([point.target, point.machine]), point]))
  const last = new Set(newest.values())
  return sorted.map((point) => (last.has(point) ? { ...point, pinned: 'the next copy builds on it' } : point))
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
