import { hostname } from 'node:os'
import { busy, runIsAlive } from './busy.ts'
import type { HeldKey } from './key-table.ts'
import type { Locks, RunLock } from './locks.ts'

/** Locks of one process, for tests. */
export interface MemoryLocks extends Locks {
  /** Behaves as if the process of the run had died: its keys may be taken over, and it may be adopted. */
  kill(runId: string): void
}

/** Locks that exclude the runs of one process from each other, and nobody else. */
export function memoryLocks(): MemoryLocks {
  const keys = new Map<string, HeldKey>()
  const living = new Map<string, symbol>()

  function live(runId: string): RunLock | undefined {
    if (living.has(runId)) return undefined
    const life = Symbol(runId)
    living.set(runId, life)
    return {
      runId,
      [Symbol.asyncDispose]: async () => {
        if (living.get(runId) !== life) return
        living.delete(runId)
        for (const held of keys.values()) if (held.runId === runId) keys.delete(held.key)
      },
    }
  }

  return {
    acquire: async (runId, wanted) => {
      const held = wanted.flatMap((key) => keys.get(key) ?? [])
      const others = held.filter((key) => key.runId !== runId && living.has(key.runId))
      if (others.length > 0) throw busy(others)
      const lock = live(runId)
      if (lock === undefined) throw runIsAlive(runId)
      const since = new Date().toISOString()
      for (const key of wanted) keys.set(key, { key, runId, pid: process.pid, host: hostname(), since })
      return lock
    },
    adopt: async (runId) => live(runId),
    kill: (runId) => {
      living.delete(runId)
    },
  }
}
