import { existsSync } from 'node:fs'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import { nextName } from '../name/next-name.ts'
import { timeFormat } from '../name/time-format.ts'
import { snapshotPath } from './place.ts'
import type { VolumeHost } from './place.ts'

/** More than take snapshots of one volume at one moment: then something else is wrong. */
const MOST_TRIES = 100

/**
 * Tries names for a new snapshot of a volume, of this moment, until `take` has one of its own: `take` locks the name, calls
 * {@link requireFree}, and makes the snapshot. So the same name is never taken twice, however many take one at once.
 */
export async function withFreeName<T>(
  { settings, rig }: VolumeHost,
  volume: string,
  take: (name: string) => Promise<T>,
): Promise<T> {
  const format = timeFormat(settings.timeFormat)
  const tried = new Set<string>()
  const isTaken = (name: string): boolean => tried.has(name) || existsSync(snapshotPath(settings, name))
  for (;;) {
    const name = nextName(volume, format, { now: rig.now(), isTaken })
    try {
      return await take(name)
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'SNAPSHOT.TAKEN' || tried.size >= MOST_TRIES) throw error
      tried.add(name)
    }
  }
}

/** Throws `SNAPSHOT.TAKEN` when the name is in use by now; called under the lock of the name. */
export function requireFree({ settings }: Pick<VolumeHost, 'settings'>, name: string): void {
  if (existsSync(snapshotPath(settings, name))) throw taken(name)
}

/** `SNAPSHOT.TAKEN`: the next name is tried. */
export function taken(name: string, cause?: unknown): SalvageError {
  return new SalvageError('SNAPSHOT.TAKEN', `the name ${JSON.stringify(name)} is taken`, {
    cause,
    hint: 'try again: the next name has another time',
    retryable: true,
    untouched: true,
  })
}
