import { formatSnapshotName } from './snapshot-name.ts'
import type { TimeFormat } from './time-format.ts'

/** What {@link nextName} takes. */
export interface NextNameOptions {
  readonly now: Date
  readonly isTaken: (name: string) => boolean
}

/**
 * A name for a snapshot that is taken now and that no other has: the time, in microseconds after the last one of the same
 * millisecond; or, where the format is coarser, with `_2`, `_3` … at its end.
 */
export function nextName(volume: string, format: TimeFormat, { now, isTaken }: NextNameOptions): string {
  for (let attempt = 0; ; attempt += 1) {
    const name = formatSnapshotName({ volume, time: attemptAt(format, now, attempt) })
    if (!isTaken(name)) return name
  }
}

function attemptAt(format: TimeFormat, now: Date, attempt: number): string {
  if (format.isFine) return format.format(new Date(now.getTime() + Math.floor(attempt / 1000)), attempt % 1000)
  return attempt === 0 ? format.format(now) : `${format.format(now)}_${String(attempt + 1)}`
}
