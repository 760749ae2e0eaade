import type { ArchiveStore, CallOptions, LiftRef, RestorePoint, Store } from '@salvage-kit/core'
import { SalvageError, sourceText } from '@salvage-kit/core'
import { archiveList } from './result-files.ts'
import { runTask } from './tasks.ts'
import type { ReadyCrane } from './tasks.ts'

/** What {@link containerArchives} needs of the crane around it. */
export interface ArchiveAccess {
  /** Resolves when the image is on the engine. Rejects with `STORE.WRITE_ONLY` when it has no archives. */
  ready(store: Store, options: CallOptions): Promise<ReadyCrane>
  /** Undefined when the lift cannot have left anything that could be withdrawn. */
  readyToWithdraw(ref: LiftRef, options: CallOptions): Promise<ReadyCrane | undefined>
}

/**
 * The archives of crane images of version 2. Each verb is one container.
 *
 * Rejects, besides what the interface says, with `STORE.LOCKED`, `STORE.WRONG_PASSWORD`, `STORE.FULL`,
 * `RESTORE.POINT_UNKNOWN`, `RESTORE.NO_SPACE`, `STORE.UNVERIFIABLE`, and the `CRANE.…` codes of a lift.
 */
export function containerArchives(access: ArchiveAccess): ArchiveStore {
  return {
    async *list(store, { signal, onProblem }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      yield* await runTask(
        on,
        { action: 'list' },
        {
          signal,
          conclude: (stage) => archiveList(on.engine, stage.container, { ...stage, store: store.ref, onProblem }),
        },
      )
    },
    async lower(point, store, destination, { signal }) {
      signal.throwIfAborted()
      if (destination.medium === 'pvc' || destination.medium === 'stream')
        throw new Error(`an engine cannot mount ${sourceText(destination)}`)
      const on = await access.ready(store, { signal })
      await runTask(on, { action: 'lower', point, destination }, { signal, conclude: () => undefined })
    },
    async check(point, store, { signal }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      if (!on.contract.actions.has('check')) throw unverifiable(point, store)
      await runTask(on, { action: 'check', point }, { signal, conclude: () => undefined })
    },
    async remove(points, store, { signal }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      if (points.length === 0) return
      const forget = points.map(({ id }) => id)
      await runTask(on, { action: 'forget', forget }, { signal, conclude: () => undefined })
    },
    async withdraw(ref, { signal }) {
      signal.throwIfAborted()
      const on = await access.readyToWithdraw(ref, { signal })
      if (on === undefined) return
      await runTask(on, { action: 'forget', forget: [ref.id] }, { ref, signal, conclude: () => undefined })
    },
  }
}

function unverifiable(point: RestorePoint, store: Store): SalvageError {
  return new SalvageError('STORE.UNVERIFIABLE', `the crane of ${store.ref} cannot check ${point.id}`, {
    why: 'its image does not name the action "check"',
    hint: 'restore the point into a new place instead',
  })
}
