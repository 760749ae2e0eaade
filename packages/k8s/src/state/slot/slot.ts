import { formatDuration, SalvageError } from '@salvage-kit/core'

/** One of a limited number of places for work at once. Free again when it is disposed of. */
export interface Slot extends AsyncDisposable {
  /** Which one, for messages. */
  readonly name: string
  /** Aborts when somebody else has taken it, since this process was taken for dead. Absent where only its end frees it. */
  readonly lost?: AbortSignal
}

/** `LOCK.SLOTS_TAKEN`: none became free in time. */
export function slotsTaken(where: string, count: number, timeoutMs: number): SalvageError {
  return new SalvageError(
    'LOCK.SLOTS_TAKEN',
    `none of the ${String(count)} slots in ${where} became free within ${formatDuration(timeoutMs)}`,
    { why: 'timeout exceeded while trying to acquire lock', retryable: true, untouched: true },
  )
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
