import type { Journal, JournalEntry } from './journal.ts'
import { lost } from './lost.ts'
import { undoText } from './undo-text.ts'

/** A journal that ends with its process: for tests, never for a run that touches anything real. */
export function memoryJournal(): Journal {
  const entries = new Map<number, JournalEntry>()
  let last = 0
  return {
    open: async (opened) => {
      for (const { undo } of opened) undoText(undo)
      const made = opened.map((entry): JournalEntry => {
        last += 1
        return { ...structuredClone(entry), id: last, phase: 'intent', at: new Date().toISOString(), attempts: 0 }
      })
      for (const entry of made) entries.set(entry.id, entry)
      return made
    },
    done: async (ids) => {
      const missing = ids.filter((id) => !entries.has(id))
      if (missing.length > 0) throw lost('the memory journal', missing)
      for (const id of ids) {
        const entry = entries.get(id)
        if (entry !== undefined) entries.set(id, { ...entry, phase: 'done' })
      }
    },
    settle: async (ids) => {
      for (const id of ids) entries.delete(id)
    },
    failed: async (id, failure) => {
      const entry = entries.get(id)
      if (entry !== undefined) entries.set(id, { ...entry, attempts: entry.attempts + 1, lastFailure: failure })
    },
    pending: async (runId) => [...entries.values()].filter((entry) => runId === undefined || entry.runId === runId),
  }
}
