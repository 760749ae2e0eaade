import { deadline, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Journal } from '@salvage-kit/core'

const PATIENCE_MS = 30_000

/**
 * A journal that opens entries for those runs only that this process still holds: whoever was taken for dead hears of it
 * before his next effect. The lock is looked at after the entries are written, so whoever took the run over either sees
 * them or has let no lock be proven. `open` rejects with what `prove` rejects with too; its entries are settled again then,
 * as far as the cluster can be reached.
 */
export function fencedJournal(
  journal: Journal,
  prove: (runId: string, options: CallOptions) => Promise<void>,
  patienceMs: number = PATIENCE_MS,
): Journal {
  return {
    ...journal,
    open: async (entries) => {
      const opened = await journal.open(entries)
      try {
        using patience = deadline(patienceMs)
        for (const runId of new Set(entries.map((entry) => entry.runId))) await prove(runId, patience)
      } catch (error) {
        const settled = journal.settle(opened.map(({ id }) => id)).catch(() => undefined)
        // Who cannot be asked cannot be told either: nobody waits for that with workloads at rest.
        if (isSalvageError(error) && error.code === 'LOCK.LOST') await settled
        throw error
      }
      return opened
    },
  }
}
