import { readArchiveLines, SalvageError } from '@salvage-kit/core'
import type { ArchiveStore, CallOptions, LiftRef, Store } from '@salvage-kit/core'
import { claimSourceOf, mountsThere, sameClaim } from './claims.ts'
import { mayRunJobs } from './permission.ts'
import { clearFillers } from './remove-jobs.ts'
import { fileOf } from './result.ts'
import { runTask } from './tasks.ts'
import type { ReadyCrane } from './tasks.ts'

/** What {@link jobArchives} needs of the crane around it. */
export interface ArchiveAccess {
  /** Rejects with `STORE.WRITE_ONLY` when it has no archives. */
  ready(store: Store, options: CallOptions): Promise<ReadyCrane>
  /** Undefined when the lift cannot have left anything that could be withdrawn. */
  readyToWithdraw(ref: LiftRef, options: CallOptions): Promise<ReadyCrane | undefined>
}

/** How much of a list goes with one Job: it stands in an annotation, of which all together have 256 KiB. */
const FORGET_LENGTH = 100_000

/** The archives of crane images of version 2. Each verb is a Job; a claim is filled in its own namespace. */
export function jobArchives(access: ArchiveAccess): ArchiveStore {
  return {
    async *list(store, { signal, onProblem }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      const conclude = async (what: string, tell: () => Promise<readonly string[]>) =>
        readArchiveLines(fileOf(await tell(), 'archives.jsonl', what), { store: store.ref, onProblem })
      yield* await runTask(on, { action: 'list' }, { signal, conclude })
    },
    async lower(point, store, destination, { signal }) {
      signal.throwIfAborted()
      const claim = claimSourceOf(destination)
      const on = { ...(await access.ready(store, { signal })), namespace: claim.namespace }
      await mayRunJobs(on.cluster, claim.namespace, { signal })
      await sameClaim(on.cluster, claim, { signal })
      await mountsThere(on.cluster, on.crane, claim.namespace, { signal })
      await clearFillers(on.cluster, claim, { signal })
      await runTask(on, { action: 'lower', point, destination: claim }, { signal, conclude: () => undefined })
    },
    async check(point, store, { signal }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      if (!on.crane.contract.actions.has('check'))
        throw new SalvageError('STORE.UNVERIFIABLE', `the crane of ${store.ref} cannot check ${point.id}`, {
          why: 'its settings do not name the action "check"',
          hint: 'restore the point into a new place instead',
        })
      await runTask(on, { action: 'check', point }, { signal, conclude: () => undefined })
    },
    async remove(points, store, { signal }) {
      signal.throwIfAborted()
      const on = await access.ready(store, { signal })
      for (const forget of portions(points.map(({ id }) => id)))
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

/** As few lists as can be, each short enough for one Job. */
export function portions(ids: readonly string[]): readonly (readonly string[])[] {
  const all: string[][] = []
  let room = 0
  for (const id of ids) {
    const length = Buffer.byteLength(id) + 1
    const last = all.at(-1)
    if (last === undefined || length > room) {
      all.push([id])
      room = FORGET_LENGTH - length
    } else {
      last.push(id)
      room -= length
    }
  }
  return all
}
