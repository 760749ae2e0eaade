import { isSalvageError } from '@salvage-kit/core'

/** So many others may have come before. */
const ATTEMPTS = 20

/**
 * Does something under a name that is free, with the next one when that turns out to be taken (`SEND.TAKEN`, `SEND.BUSY`):
 * somebody else may take it between the look and the naming, and a key that may only send sees no names at all.
 */
export async function underFreeName<Result>(
  next: (refused: ReadonlySet<string>) => string,
  work: (name: string) => Promise<Result>,
): Promise<Result> {
  const refused = new Set<string>()
  for (;;) {
    const name = next(refused)
    try {
      return await work(name)
    } catch (error) {
      if (!isTaken(error) || refused.size === ATTEMPTS) throw error
      refused.add(name)
    }
  }
}

function isTaken(error: unknown): boolean {
  return isSalvageError(error) && (error.code === 'SEND.TAKEN' || error.code === 'SEND.BUSY')
}
