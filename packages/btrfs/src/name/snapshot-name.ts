import { SalvageError } from '@salvage-kit/core'
import { HOST_PATTERN } from './host-name.ts'
import { VOLUME_PATTERN } from './volume-name.ts'

/** `VOLUME@TIME`, or the marker `VOLUME@TIME@HOST`: this snapshot is the last one that was sent to that host. */
export interface SnapshotName {
  readonly volume: string
  /** As it stands in the name; see `timeFormat` of the settings. */
  readonly time: string
  /** Of a marker. */
  readonly host?: string
}

/** No `/`, no blank, no `..`, nothing that a shell or a table could take for something else. */
const TIME_PATTERN = String.raw`\w[\w:,+-]*(?:\.[\w:,+-]+)*\.?`
const NAME = new RegExp(`^${VOLUME_PATTERN}@${TIME_PATTERN}(?:@${HOST_PATTERN})?$`)

/** Whether a name can be taken apart. */
export function isSnapshotName(name: string): boolean {
  return NAME.test(name)
}

/** Takes a name apart; undefined when it is none: anything may lie in a directory. */
export function parseSnapshotName(name: string): SnapshotName | undefined {
  if (!isSnapshotName(name)) return undefined
  const first = name.indexOf('@')
  const second = name.indexOf('@', first + 1)
  const volume = name.slice(0, first)
  if (second === -1) return { volume, time: name.slice(first + 1) }
  return { volume, time: name.slice(first + 1, second), host: name.slice(second + 1) }
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
