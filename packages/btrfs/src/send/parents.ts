import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'

/** A read-only subvolume here. */
export interface Candidate extends Subvolume {
  /** Absolute. */
  readonly path: string
}

/** What a subvolume is known by at every end: a received one passes on what it was received as. */
export function identityOf({ uuid, receivedUuid }: Pick<Subvolume, 'uuid' | 'receivedUuid'>): string {
  return receivedUuid ?? uuid
}

/** Whether the far end has the same content under whatever name. */
export function isAmong(subvolume: Subvolume, far: readonly Subvolume[]): boolean {
  const identity = identityOf(subvolume)
  return far.some(({ uuid, receivedUuid }) => receivedUuid === identity || uuid === identity)
}

/** Of one volume: by the name, or because both were cut from the same. */
export function isRelated(one: Subvolume, other: Subvolume): boolean {
  const volume = parseSnapshotName(one.name)?.volume
  return (
    (volume !== undefined && volume === parseSnapshotName(other.name)?.volume) ||
    (one.parentUuid !== undefined && (one.parentUuid === other.parentUuid || one.parentUuid === other.uuid))
  )
}

/**
 * The parents that an incremental send may have, best first: those of the same volume that the far end has too; the
 * newest that is not newer than what is sent, then those after it. By the file system's order, not by the clock.
 */
export function rankParents(
  sent: Candidate,
  here: readonly Candidate[],
  far: readonly Subvolume[],
): readonly Candidate[] {
  const known = new Set(far.flatMap(({ uuid, receivedUuid }) => [uuid, ...(receivedUuid ? [receivedUuid] : [])]))
  const usable = here.filter((one) => one.path !== sent.path && known.has(identityOf(one)) && isRelated(sent, one))
  const distance = ({ generation }: Candidate): number => sent.generation - generation
  const older = usable.filter((one) => distance(one) >= 0).toSorted((a, b) => distance(a) - distance(b))
  const newer = usable.filter((one) => distance(one) < 0).toSorted((a, b) => distance(b) - distance(a))
  return [...older, ...newer]
}
