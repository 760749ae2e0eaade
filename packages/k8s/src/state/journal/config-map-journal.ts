import { randomBytes } from 'node:crypto'
import { entriesLost, entryText } from '@salvage-kit/core'
import type { Journal, JournalEntry } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { sharedMap } from '../map/shared-map.ts'
import type { Change } from '../map/shared-map.ts'
import type { StatePlace } from '../place.ts'
import { entryKey, entryKeys } from './entry-key.ts'
import { shortened } from './shortened.ts'
import { lastIn, standing, storedIn } from './stored.ts'

/** Where the journal is, and how patient it is. */
export interface JournalSettings extends StatePlace {
  /** How long one change may take while the API server is away, in milliseconds. Default: 30 seconds. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 30_000

/**
 * The journal in a ConfigMap, for processes without a disk of their own: one key for each entry, written by compare and swap,
 * so that any number of pods may write at once. Every change is stored by the cluster when its promise resolves. The
 * ConfigMap is made with the first entry.
 *
 * Every verb may reject with `JOURNAL.VERSION`, `JOURNAL.UNREADABLE` (it is there and no journal), `JOURNAL.BUSY` (the
 * cluster did not answer in time, or others write all the time) and `K8S.…`; `open` and `failed` with `JOURNAL.FULL`,
 * `done` with `JOURNAL.LOST`, and with `JOURNAL.CORRUPT` when it cannot be told whose an entry is. What `open` rejected may
 * have been written: such an entry is in phase `intent`, and undoing what never happened changes nothing.
 */
export function configMapJournal(cluster: Cluster, settings: JournalSettings): Journal {
  const map = sharedMap(cluster, settings, {
    area: 'JOURNAL',
    what: 'journal',
    version: 1,
    patienceMs: settings.patienceMs ?? PATIENCE_MS,
  })
  const { where } = map
  // The clock alone does not tell a number of a map that was removed from one of the map made in its place in the same
  // millisecond.
  let given = 0

  return {
    open: async (entries) => {
      if (entries.length === 0) return []
      const at = new Date().toISOString()
      const write = randomBytes(8).toString('hex')
      const born = entries.map((entry): JournalEntry => ({ ...entry, id: 1, phase: 'intent', at, attempts: 0 }))
      for (const entry of born) entryText(entry)
      return map.change((now): Change<readonly JournalEntry[]> => {
        const there = entryKeys(now.data).filter((one) => one.write === write)
        if (there.length > 0)
          return { changes: {}, result: born.map((entry, index) => withId(entry, there[index]?.id)) }
        const last = lastIn(now, given)
        given = last + born.length
        const made = born.map((entry, index) => withId(entry, last + 1 + index))
        const written = made.map((entry) => [entryKey(entry.id, write), entryText(entry)] as const)
        const changes = { ...standing(now, where, given), ...Object.fromEntries(written) }
        return { changes, result: made }
      })
    },
    done: async (ids) => {
      if (ids.length === 0) return
      await map.change((now) => {
        const wanted = new Set(ids)
        const stored = storedIn(now, where, (id) => wanted.has(id))
        const there = new Set(stored.map(({ id }) => id))
        const missing = ids.filter((id) => !there.has(id))
        if (missing.length > 0) throw entriesLost(where, missing)
        const marked = stored
          .filter(({ entry }) => entry.phase !== 'done' && entry.undo.kind !== 'unreadable')
          .map(({ key, entry }) => [key, entryText({ ...entry, phase: 'done' })] as const)
        return { changes: withStanding(standing(now, where), marked), result: undefined, spare: true }
      })
    },
    settle: async (ids) => {
      if (ids.length === 0) return
      const wanted = new Set(ids)
      await map.change((now) => {
        const gone = entryKeys(now.data).filter(({ id }) => wanted.has(id))
        const changes = withStanding(
          standing(now, where),
          gone.map(({ key }) => [key, null] as const),
        )
        return { changes, result: undefined, spare: true }
      })
    },
    failed: async (id, failure) => {
      await map.change((now) => {
        const marked = storedIn(now, where, (one) => one === id)
          .filter(({ entry }) => entry.undo.kind !== 'unreadable')
          .map(({ key, entry }) => {
            const after = { ...entry, attempts: entry.attempts + 1, lastFailure: shortened(failure) }
            return [key, entryText(after)] as const
          })
        return { changes: withStanding(standing(now, where), marked), result: undefined, spare: true }
      })
    },
    pending: async (runId) => {
      const now = await map.read()
      if (now === undefined) return []
      const entries = storedIn(now, where).map(({ entry }) => entry)
      return entries.filter((entry) => runId === undefined || entry.runId === runId)
    },
  }
}

function withId(entry: JournalEntry, id: number | undefined): JournalEntry {
  return { ...entry, id: id ?? entry.id }
}

/** Nothing to change is nothing to write, whatever else could be brought up to date. */
function withStanding(
  standingChanges: Readonly<Record<string, string | null>>,
  changes: readonly (readonly [string, string | null])[],
): Readonly<Record<string, string | null>> {
  return changes.length === 0 ? {} : { ...standingChanges, ...Object.fromEntries(changes) }
}
