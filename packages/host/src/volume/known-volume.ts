import { closest, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Volumes } from './volumes.ts'

/** What is asked about names. */
type Names = Pick<Volumes, 'list' | 'snapshotNames'>

/**
 * Resolves when there is such a volume, or was one whose snapshots still stand. Rejects with `VOLUME.NOT_FOUND`, saying which
 * name may be meant.
 */
export async function requireKnownVolume(names: Names, volume: string, options: CallOptions): Promise<void> {
  if ((await names.snapshotNames(volume, options)).length > 0) return
  if (!(await names.list(options)).includes(volume)) throw await unknownVolume(names, volume, options)
}

/** `VOLUME.NOT_FOUND` with the name that may be meant. */
export async function unknownVolume(names: Names, volume: string, options: CallOptions): Promise<SalvageError> {
  const snapshots = await names.snapshotNames(undefined, options)
  const gone = snapshots.map((name) => name.slice(0, name.indexOf('@')))
  const meant = closest(volume, [...new Set([...(await names.list(options)), ...gone])])
  return new SalvageError('VOLUME.NOT_FOUND', `volume ${JSON.stringify(volume)}: no such volume`, {
    hint:
      meant === undefined
        ? 'see what is there with `salvage-kit volume list`'
        : `did you mean ${JSON.stringify(meant)}?`,
    untouched: true,
  })
}
