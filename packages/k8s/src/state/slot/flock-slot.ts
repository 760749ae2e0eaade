import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Slot, SlotOptions } from '@salvage-kit/core'
import { takeFlock } from './flock-file.ts'
import { checkCount, fromAnywhere, slotsTaken, slotWaiting } from './slot.ts'

/** Lock files in a directory of the node. */
export interface FlockSettings {
  readonly directory: string
  /** How many there are: `1.lock` to `COUNT.lock`. */
  readonly count: number
  /** How long to wait for one, in milliseconds; 0: one look. */
  readonly timeoutMs: number
}

const PAUSE_MS = 1000

/**
 * A slot of this node, by the lock files of backup-ns: both count the same holders. Any file that is free is taken, where the
 * original waits for one that it chose. The kernel frees it when this process ends. Rejects with `LOCK.SLOTS_TAKEN`,
 * `LOCK.SLOTS` (no such count), `LOCK.SLOT_FILE`, `LOCK.NO_FLOCK`.
 */
export async function flockSlot(
  { directory, count, timeoutMs }: FlockSettings,
  { signal, onWait }: SlotOptions,
): Promise<Slot> {
  signal.throwIfAborted()
  checkCount(count)
  const start = performance.now()
  for (let isFirst = true; ; isFirst = false) {
    for (const number of fromAnywhere(count, Math.random())) {
      signal.throwIfAborted()
      const path = join(directory, `${String(number)}.lock`)
      const lock = await takeFlock(path)
      if (lock !== undefined) return slot(path, lock)
    }
    const leftMs = start + timeoutMs - performance.now()
    if (leftMs <= 0) throw slotsTaken(directory, count, timeoutMs)
    if (isFirst) onWait?.(slotWaiting(directory, count, timeoutMs))
    await sleep(Math.min(PAUSE_MS, leftMs), undefined, { signal })
  }
}

function slot(name: string, lock: Disposable): Slot {
  let isMine = true
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      if (isMine) lock[Symbol.dispose]()
      isMine = false
    },
  }
}
