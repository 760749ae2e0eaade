import { hostname } from 'node:os'
import { busy, runIsAlive } from './busy.ts'
import { keyTablePath } from './key-table-path.ts'
import { withKeyTable } from './key-table.ts'
import type { Holder, KeyTable } from './key-table.ts'
import type { Locks, RunLock } from './locks.ts'
import { isAlive, removeRunFile, runFilePath, takeRunFile } from './run-file.ts'
import type { RunFile } from './run-file.ts'

/**
 * Locks between all processes that share `directory`, which must be on a local file system and is made (0700) when it
 * is not there. Nothing else in these processes may open the files in it.
 *
 * Both verbs reject with `LOCK.BUSY`, `LOCK.RUN_ID`, `LOCK.UNREADABLE` or `LOCK.VERSION`.
 */
export function sqliteLocks(directory: string): Locks {
  /** Takes the run's life and, in the same transaction, does `work`; all or nothing. */
  function take(runId: string, work: (keys: KeyTable) => void): RunLock | undefined {
    const path = runFilePath(directory, runId)
    let file: RunFile | undefined
    try {
      withKeyTable(keyTablePath(directory), (keys) => {
        file = takeRunFile(path)
        if (file === undefined) return
        try {
          work(keys)
        } catch (error) {
          removeRunFile(path)
          throw error
        }
      })
    } catch (error) {
      file?.close()
      throw error
    }
    return file === undefined ? undefined : runLock(runId, path, file)
  }

  function runLock(runId: string, path: string, file: RunFile): RunLock {
    let held = true
    const release = async (): Promise<void> => {
      if (!held) return
      held = false
      try {
        withKeyTable(keyTablePath(directory), (keys) => {
          keys.forget(runId)
          removeRunFile(path)
          file.close()
        })
      } catch {
        // A table that cannot be written must not hide how the run ended. The lock ends with its file: what still stands in
        // the table belongs to a dead run, and is taken over.
      } finally {
        file.close()
      }
    }
    return { runId, [Symbol.asyncDispose]: release }
  }

  function refuseLiving(keys: KeyTable, runId: string, wanted: readonly string[]): readonly string[] {
    const held = keys.find(wanted).filter((key) => key.runId !== runId)
    const runs = [...new Set(held.map((key) => key.runId))]
    const living = new Set(runs.filter((run) => isAlive(runFilePath(directory, run))))
    if (living.size > 0) throw busy(held.filter((key) => living.has(key.runId)))
    return runs
  }

  return {
    acquire: async (runId, wanted) => {
      const lock = take(runId, (keys) => {
        const dead = refuseLiving(keys, runId, wanted)
        keys.forget(runId)
        keys.give(wanted, holder(runId))
        for (const run of dead) if (keys.keysOf(run) === 0) removeRunFile(runFilePath(directory, run))
      })
      if (lock === undefined) throw runIsAlive(runId)
      return lock
    },
    adopt: async (runId) => take(runId, (keys) => keys.hand(holder(runId))),
  }
}

function holder(runId: string): Holder {
  return { runId, pid: process.pid, host: hostname(), since: new Date().toISOString() }
}
