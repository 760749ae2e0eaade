import type { ArchiveStore, RestorePoint, SalvageError } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { ContainerCrane } from '../src/crane/container-crane.ts'
import { craneStore } from '../src/crane/container-crane.ts'
import { calm } from './bench.ts'

/** The store of the crane `c`. */
export const STORE: ReturnType<typeof craneStore> = craneStore('c')

/** The failure of something that must not be good. */
export async function failureOf(work: Promise<unknown> | undefined): Promise<SalvageError> {
  const failure = await Promise.resolve(work).then(
    () => new Error('it was called good'),
    (reason: unknown) => reason,
  )
  if (!isSalvageError(failure)) throw failure
  return failure
}

/** The archives of a crane that has some. */
function archivesOf({ archives }: ContainerCrane): ArchiveStore {
  if (archives === undefined) throw new Error('it has archives')
  return archives
}

/** What a crane lists. */
export async function listed(crane: ContainerCrane): Promise<readonly RestorePoint[]> {
  return Array.fromAsync(archivesOf(crane).list(STORE, calm()))
}
