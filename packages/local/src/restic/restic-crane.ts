import type { Crane, Medium, StoreAbilities } from '@salvage-kit/core'
import { check } from './check.ts'
import { clear } from './clear.ts'
import { lift } from './lift.ts'
import { lower } from './lower.ts'
import { preflight } from './preflight.ts'
import { removePoints, withdraw } from './remove.ts'
import { repositoryOf } from './restic-store.ts'
import { listPoints } from './snapshots.ts'

const MEDIA: ReadonlySet<Medium> = new Set<Medium>(['directory', 'stream'])

/**
 * Copies directories and dumps into restic repositories, with this machine's own `restic` (0.14 or newer). `stateDirectory` holds
 * the notes by which the locks of killed processes are told from those of others.
 *
 * Codes: `CRANE.MISSING`, `CRANE.TOO_OLD`, `CRANE.MEDIUM`, `CRANE.FAILED`, `STORE.NOT_FOUND`, `STORE.UNREACHABLE`,
 * `STORE.WRONG_PASSWORD`, `STORE.NO_PASSWORD`, `STORE.LOCKED` (retryable), `STORE.FULL`, `STORE.READ_ONLY`,
 * `STORE.OCCUPIED`, `STORE.INSIDE_SOURCE`, `DIRECTORY.*`, `RESTORE.POINT_UNKNOWN`, `RESTORE.DIFFERS`,
 * `RESTORE.NO_SPACE`, `DUMP.NOT_WHOLE`, `ARCHIVE.DAMAGED`, `PROCESS.STUCK`; findings `LIFT.UNREADABLE`, `STORE.TAGS_UNREADABLE`.
 */
export function resticCrane(stateDirectory: string): Crane {
  return {
    id: 'restic',
    media: MEDIA,
    preflight: (store, sources, options) => preflight(stateDirectory, store, sources, options),
    lift: (ref, source, options) => lift(stateDirectory, ref, source, options),
    clear: (ref, { signal }) => clear(stateDirectory, ref, signal),
    abilities: (_store, { signal }) => abilities(signal),
    archives: {
      async *list(store, options) {
        options.signal.throwIfAborted()
        yield* await listPoints(await repositoryOf(store), options)
      },
      lower: (point, store, destination, options) => lower(stateDirectory, point, store, destination, options),
      check: (point, store, { signal }) => check(stateDirectory, point, store, signal),
      remove: (points, store, { signal }) => removePoints(stateDirectory, points, store, signal),
      withdraw: (ref, { signal }) => withdraw(stateDirectory, ref, signal),
    },
  }
}

async function abilities(signal: AbortSignal): Promise<StoreAbilities> {
  signal.throwIfAborted()
  return { archives: true, deduplicates: true }
}
