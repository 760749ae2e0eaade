import { formatDuration, SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'

/** `LOCK.SLOTS_TAKEN`: none became free in time. */
export function slotsTaken(where: string, count: number, timeoutMs: number): SalvageError {
  return new SalvageError(
    'LOCK.SLOTS_TAKEN',
    `none of the ${String(count)} slots in ${where} became free within ${formatDuration(timeoutMs)}`,
    { why: 'timeout exceeded while trying to acquire lock', retryable: true, untouched: true },
  )
}

/** `LOCK.SLOT_WAITING`: all are taken, and one is waited for. */
export function slotWaiting(where: string, count: number, timeoutMs: number): Finding {
  return {
    code: 'LOCK.SLOT_WAITING',
    message: `waits for one of the ${String(count)} slots in ${where}`,
    why: 'as many backups as may run at once are running',
    hint: `it is given up after ${formatDuration(timeoutMs)}`,
  }
}

/** Throws `LOCK.SLOTS` when that is no number of slots. */
export function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return
  throw new SalvageError('LOCK.SLOTS', `${String(count)} is no number of slots`, {
    hint: 'give a whole number above 0',
    untouched: true,
  })
}

/** 1 to `count`, beginning anywhere. */
export function fromAnywhere(count: number, random: number): readonly number[] {
  const first = Math.floor(random * count)
  return Array.from({ length: count }, (_, at) => ((first + at) % count) + 1)
}
