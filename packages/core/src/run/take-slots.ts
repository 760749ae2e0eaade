import type { Rig } from '../rig.ts'
import type { RunSignal } from './failure.ts'
import type { TargetRef } from '../target/reference.ts'

/**
 * Takes a place at each backend that counts the work on these targets, before any lock and any hold; they are free again when
 * this is disposed of. Rejects with `LOCK.SLOTS_TAKEN` when none became free in time. The run ends when one is lost.
 */
export async function takeSlots(
  rig: Rig,
  targets: readonly TargetRef[],
  aborting: RunSignal,
): Promise<AsyncDisposable> {
  const { signal } = aborting
  await using taken = new AsyncDisposableStack()
  for (const backend of rig.backends)
    try {
      const slot = await backend.slot?.(targets, {
        signal,
        onWait: (finding) => rig.report({ type: 'warning', finding }),
      })
      if (slot === undefined) continue
      taken.use(slot)
      aborting.endWith(slot)
    } catch (error) {
      signal.throwIfAborted()
      throw error
    }
  return taken.move()
}
