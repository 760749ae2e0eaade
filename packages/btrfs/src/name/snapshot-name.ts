import { SalvageError } from '@salvage-kit/core'
import { isHostName } from './host-name.ts'
import { isVolumeName } from './volume-name.ts'

/** `VOLUME@TIME`, or the marker `VOLUME@TIME@HOST`: this snapshot is the last one that was sent to that host. */
export interface SnapshotName {
  readonly volume: string
  /** As it stands in the name; see `timeFormat` of the settings. */
  readonly time: string
  /** Of a marker. */
  readonly host?: string
}

/** No `/`, no blank, nothing that a shell or a table could take for something else. */
const TIME = /^[A-Za-z0-9_][A-Za-z0-9:.,_+-]*$/

/** Takes a name apart; undefined when it is none: anything may lie in a directory. */
export function parseSnapshotName(name: string): SnapshotName | undefined {
  const first = name.indexOf('@')
  const second = name.indexOf('@', first + 1)
  if (first === -1 || name.includes('\n')) return undefined
  const volume = name.slice(0, first)
  const time = second === -1 ? name.slice(first + 1) : name.slice(first + 1, second)
  if (!isVolumeName(volume) || !TIME.test(time) || time.includes('..')) return undefined
  if (second === -1) return { volume, time }
  const host = name.slice(second + 1)
  return isHostName(host) ? { volume, time, host } : undefined
}

/** Checks the name that a person or a request gives for a snapshot. Throws `SNAPSHOT.NAME`. */
export function snapshotName(name: string): SnapshotName {
  const parsed = parseSnapshotName(name)
  if (parsed !== undefined) return parsed
  throw new SalvageError('SNAPSHOT.NAME', `${JSON.stringify(name)} cannot be the name of a snapshot`, {
    why: 'it is not VOLUME@TIME',
    hint: 'see the names with `salvage-kit volume snapshots`',
  })
}

/** Writes a name. */
export function formatSnapshotName({ volume, time, host }: SnapshotName): string {
  return [volume, time, ...(host === undefined ? [] : [host])].join('@')
}
