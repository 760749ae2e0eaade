import { dirname } from 'node:path'
import type { Finding } from '@salvage-kit/core'
import { endText } from '../far/far-end.ts'
import { parseSnapshotName } from '../name/snapshot-name.ts'
import type { Subvolume } from '../subvolume/list-subvolumes.ts'
import { markedSnapshots } from './marker.ts'
import type { Candidate } from './parents.ts'
import type { SendRequest } from './send-request.ts'

/** What both ends have, and what was chosen of it. */
export interface Choice {
  readonly here: readonly Candidate[]
  readonly far: readonly Subvolume[]
  readonly parent: Candidate | undefined
  readonly name: string
}

/**
 * Tells when more is sent than one would think: the snapshot that was sent last is gone here or there, or the far end has
 * snapshots of the volume of which none is here.
 */
export async function missingParent(
  request: SendRequest,
  { here, far, parent, name }: Choice,
): Promise<readonly Finding[]> {
  const { volume = name } = parseSnapshotName(name) ?? {}
  const host = endText(request.far)
  const directory = dirname(request.snapshot)
  const marked = request.markedFor === undefined ? [] : await markedSnapshots(directory, volume, request.markedFor)
  const last = marked.at(-1)
  const path = last === undefined ? undefined : `${directory}/${last}`
  const instead = parent === undefined ? 'it was sent whole' : `the difference to ${parent.name} was sent`
  const isExpected = path === undefined || path === parent?.path || path === request.snapshot
  if (path !== undefined && !isExpected) {
    const chosen = here.find((one) => one.path === path)
    // A newer one that got there by another way serves better.
    if (chosen !== undefined && parent !== undefined && parent.generation > chosen.generation) return []
    const where = chosen === undefined ? 'here' : `at ${host}`
    return [finding(`${last ?? ''} was sent to ${host} last and is not ${where} any more: ${instead}`)]
  }
  const isThere = far.some((one) => parseSnapshotName(one.name)?.volume === volume)
  if (parent !== undefined || !isThere) return []
  return [finding(`${host} has snapshots of ${volume}, of which none is here: ${instead}`)]
}

function finding(message: string): Finding {
  return {
    code: 'SEND.PARENT_MISSING',
    message,
    hint: 'keep the snapshot that was sent last at both ends; purge does',
  }
}
