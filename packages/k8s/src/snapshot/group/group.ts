import { createHash } from 'node:crypto'
import type { RestNote, SnapshotRef } from '@salvage-kit/core'
import { z } from 'zod'
import { labelValue } from '../../label/label-value.ts'
import { apiVersionOf } from '../../resource/kind.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import type { Manifest, Metadata } from '../../resource/resource.ts'
import { claimOf } from '../claim-of.ts'
import { CUT } from '../key.ts'
import { groupName } from '../name.ts'
import { cutToken, readNote } from '../schema.ts'

const HASH_LENGTH = 16
const members: z.ZodType<readonly string[]> = z.array(z.string())

/** The group of refs that are cut together; the first one speaks for all. */
export function groupManifest(
  kind: ResourceKind,
  refs: readonly [SnapshotRef, ...SnapshotRef[]],
  together: string,
  notes: readonly RestNote[] = [],
): Manifest {
  const [{ runId, source, token }] = refs
  const { groupClass } = cutToken.parse(token)
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      namespace: claimOf(source).namespace,
      name: groupName(together),
      labels: { [CUT.runId]: labelValue(runId), [CUT.role]: 'group', [CUT.group]: labelValue(together) },
      annotations: {
        [CUT.members]: JSON.stringify(refs.map(({ id }) => labelValue(id))),
        ...(notes.length === 0 ? {} : { [CUT.rest]: JSON.stringify(notes) }),
      },
    },
    spec: {
      ...(groupClass === undefined ? {} : { volumeGroupSnapshotClassName: groupClass }),
      source: { selector: { matchLabels: { [CUT.group]: labelValue(together) } } },
    },
  }
}

/** Whether an object is the group of that name. */
export function isGroup(together: string): (metadata: Metadata) => boolean {
  return ({ labels }) => isOurs({ labels: labels ?? {} }) && labels?.[CUT.group] === labelValue(together)
}

/** Whether a group was made by this package. */
export function isOurs({ labels }: Pick<Metadata, 'labels'>): boolean {
  return labels?.[CUT.role] === 'group' && labels[CUT.group] !== undefined
}

/** The annotation that says that a member, by the label of its snapshot, is not needed any more. */
export function goneKey(snapshot: string): string {
  return `${CUT.gone}${createHash('sha256').update(snapshot).digest('hex').slice(0, HASH_LENGTH)}`
}

/** Whether nobody needs any member. A group whose list cannot be read counts as needed. */
export function isDone({ annotations = {} }: Metadata): boolean {
  return readNote(members, annotations[CUT.members])?.every((one) => annotations[goneKey(one)] !== undefined) ?? false
}
