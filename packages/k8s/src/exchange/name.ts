import type { ClaimSource, SnapshotRef } from '@salvage-kit/core'
import { exposureName, snapshotName } from '../snapshot/name.ts'
import type { ExchangeToken } from './token.ts'

/** What an exchange makes beside its claim. */
export type Beside = 'former' | 'fresh'

/** A cut of an exchange by its names. */
export interface BesideName extends Pick<SnapshotRef, 'id' | 'runId'> {
  readonly namespace: string
  /** Of the snapshot. */
  readonly snapshot: string
  /** Of the claim. */
  readonly claim: string
}

/** The names of what is made beside, always the same. */
export function besideName({ namespace, name, runId }: ExchangeToken, which: Beside): BesideName {
  const id = `${runId}-${which}`
  const source: ClaimSource = { medium: 'pvc', namespace, name }
  return { id, runId, namespace, snapshot: snapshotName({ id, source }), claim: exposureName({ id }) }
}
