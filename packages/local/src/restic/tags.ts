import type { LiftRef, TargetRef } from '@salvage-kit/core'
import { parseReference, reference } from '@salvage-kit/core'

/** The tag of every snapshot of ours. */
export const OWN_TAG = 'salvage-kit'
/** In its place on a snapshot that was made while everything ran, for the next one to build on: no restore point. */
const WARM_TAG = 'salvage-kit-warm'
/** The tag of a snapshot in which something of the source is missing. */
export const PARTIAL_TAG = 'state=partial'

/** What the tags of a snapshot say. */
export interface Tags {
  readonly target: TargetRef
  readonly runId?: string
  /** When the copy was begun, ISO 8601 in UTC. */
  readonly takenAt?: string
  readonly partial: boolean
}

/** The tags of one lift. A tag cannot hold a comma nor white space at its ends, so some characters are escaped as in an URL. */
export function tagsOf(ref: LiftRef, takenAt: string): readonly string[] {
  return [
    ownerTag(ref),
    `run=${escaped(ref.runId)}`,
    liftTag(ref),
    `target=${escaped(ref.target)}`,
    `taken=${takenAt}`,
    ...(ref.tide === undefined ? [] : [`tide=${escaped(ref.tide)}`]),
  ]
}

/** The tag by which the snapshot of a lift is found. */
export function liftTag(ref: LiftRef): string {
  return `lift=${escaped(ref.id)}`
}

/** The tag that says whose the snapshot of a lift is. */
export function ownerTag(ref: LiftRef): string {
  return ref.warm === true ? WARM_TAG : OWN_TAG
}

/** Reads tags back; undefined for a snapshot that is not ours. */
export function readTags(tags: readonly string[]): Tags | undefined {
  const target = valueOf(tags, 'target')
  if (!tags.includes(OWN_TAG) || target === undefined) return undefined
  const runId = valueOf(tags, 'run')
  const takenAt = valueOf(tags, 'taken')
  try {
    parseReference(target)
  } catch {
    return undefined
  }
  return {
    target: reference(target),
    ...(runId === undefined ? {} : { runId }),
    ...(takenAt === undefined || Number.isNaN(Date.parse(takenAt)) ? {} : { takenAt }),
    partial: tags.includes(PARTIAL_TAG),
  }
}

function valueOf(tags: readonly string[], name: string): string | undefined {
  const tag = tags.find((candidate) => candidate.startsWith(`${name}=`))
  if (tag === undefined) return undefined
  try {
    return decodeURIComponent(tag.slice(name.length + 1))
  } catch {
    return undefined
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[%,\s"]/g, (character) => encodeURIComponent(character))
}
