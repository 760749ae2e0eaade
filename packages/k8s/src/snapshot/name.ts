import { createHash } from 'node:crypto'
import type { SnapshotRef } from '@salvage-kit/core'
import { renderName } from '../bak/name-template.ts'
import { claimOf } from './claim-of.ts'
import { readStore } from './settings.ts'

const HASH_LENGTH = 12
const RAND_LENGTH = 6
const NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const LONGEST = 200

/** The name of the snapshot of a ref, always the same: its id, or what the template of its store says. */
export function snapshotName(ref: Pick<SnapshotRef, 'id' | 'keep' | 'source'>): string {
  if (ref.keep === undefined) return nameOf(ref.id)
  const { name, zone } = readStore(ref.keep.store)
  if (name === undefined) return nameOf(ref.id)
  const rand = hash(ref.id, RAND_LENGTH)
  return renderName(name, { pvc: claimOf(ref.source).name, moment: new Date(ref.keep.at), zone, rand })
}

/** The name of the claim that shows a snapshot. */
export function exposureName({ id }: Pick<SnapshotRef, 'id'>): string {
  return `salvage-${nameOf(id)}`
}

/** The name of the group with which a ref is cut. */
export function groupName(together: string): string {
  return nameOf(together)
}

/** Tells the snapshots of one store from those of all others, in a label. */
export function storeMark(store: string): string {
  return hash(store, HASH_LENGTH)
}

/** An id as a name that the API takes. Ids that differ have names that differ. */
function nameOf(id: string): string {
  if (id.length <= LONGEST && NAME.test(id)) return id
  return `${id
    .slice(0, LONGEST)
    .toLowerCase()
    .replaceAll(/^-+|-+$/g, '')}-${hash(id, HASH_LENGTH)}`.replace(/^-/, '')
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
