import type { Crane, Medium, StoreAbilities } from '@salvage-kit/core'
import { check } from './check.ts'
import { clear } from './clear.ts'
import { depotOf, homeOf } from './depot.ts'
import { lift } from './lift.ts'
import { listPoints } from './list.ts'
import { lower } from './lower.ts'
import { preflight } from './preflight.ts'
import { removePoints, withdraw } from './remove.ts'

const MEDIA: ReadonlySet<Medium> = new Set<Medium>(['directory'])

/**
 * Copies directories with this machine's own `duplicity` (0.8 or newer), encrypted with GnuPG or not. `stateDirectory`
 * holds what duplicity knows of the far ends, and its temporary files.
 *
 * Codes: `CRANE.MISSING`, `CRANE.TOO_OLD`, `CRANE.MEDIUM`, `CRANE.FAILED`, `STORE.NOT_FOUND`, `STORE.UNREACHABLE`
 * (retryable), `STORE.WRONG_PASSWORD`, `STORE.NO_PASSWORD`, `STORE.NO_KEY`, `STORE.LOCKED` (retryable), `STORE.FULL`,
 * `STORE.READ_ONLY`, `STORE.INSIDE_SOURCE`, `DIRECTORY.*`, `RESTORE.POINT_UNKNOWN`, `RESTORE.DIFFERS`,
 * `RESTORE.NO_SPACE`, `RESTORE.UNWRITABLE`, `ARCHIVE.DAMAGED`, `PROCESS.STUCK`; findings `LIFT.UNREADABLE`,
 * `ARCHIVE.DAMAGED`, `STORE.UNNAMED_CHAINS`, `STORE.NOTE_UNREADABLE`.
 */
export function duplicityCrane(stateDirectory: string): Crane {
  return {
    id: 'duplicity',
    media: MEDIA,
    preflight: async (store, sources, options) => preflight(await depotOf(stateDirectory, store), sources, options),
    lift: async (ref, source, options) => lift(await depotOf(stateDirectory, ref.store), ref, source, options),
    clear: async (ref, options) => clear(homeOf(stateDirectory, ref.store), ref, options),
    abilities: (_store, { signal }) => abilities(signal),
    archives: {
      async *list(store, options) {
        options.signal.throwIfAborted()
        yield* await listPoints(await depotOf(stateDirectory, store), options)
      },
      lower: async (point, store, destination, options) =>
        lower(await depotOf(stateDirectory, store), point, destination, options),
      check: async (point, store, options) => check(await depotOf(stateDirectory, store), point, options),
      remove: async (points, store, options) => removePoints(await depotOf(stateDirectory, store), points, options),
      withdraw: async (ref, options) => withdraw(await depotOf(stateDirectory, ref.store), ref, options),
    },
  }
}

/**
 * A warm lift would be no help: duplicity tells a changed file by the second of its last change alone, so a copy
 * built upon one that was made a moment ago could miss what was written in between.
 */
async function abilities(signal: AbortSignal): Promise<StoreAbilities> {
  signal.throwIfAborted()
  return { archives: true, deduplicates: false }
}
