import type { Journal } from '@salvage-kit/core'
import type { JournalFixture, LocksFixture } from '@salvage-kit/core/testing'
import type { Cluster } from '../src/client/cluster.ts'
import { configMapJournal } from '../src/state/journal/config-map-journal.ts'
import { leaseLocks } from '../src/state/lock/lease-locks.ts'

let count = 0

/** A name that no other case of this process uses. */
function freshName(): string {
  count += 1
  return `state-${String(process.pid)}-${String(count)}`
}

/** Journals of what `connect` gives, each call another process. */
export async function journalIn(connect: () => Promise<Cluster>, namespace: string): Promise<JournalFixture> {
  const name = freshName()
  const clusters = new AsyncDisposableStack()
  const again = async (): Promise<Journal> => configMapJournal(clusters.use(await connect()), { namespace, name })
  return { journal: await again(), again, [Symbol.asyncDispose]: async () => clusters.disposeAsync() }
}

/** Locks of two processes, of which one can be cut off for ever. Leases stand for two seconds. */
export async function locksIn(connect: () => Promise<Cluster>, namespace: string): Promise<LocksFixture> {
  const settings = { namespace, name: freshName(), leaseSeconds: 2, renewMs: 200 }
  const clusters = new AsyncDisposableStack()
  const cable = cutOff(clusters.use(await connect()))
  return {
    one: leaseLocks(cable.cluster, settings),
    two: leaseLocks(clusters.use(await connect()), settings),
    kill: async () => cable.cut(),
    [Symbol.asyncDispose]: async () => {
      cable.cut()
      await clusters.disposeAsync()
    },
  }
}

/** A cluster that can be made unreachable for those who use it so. */
export interface Cable {
  readonly cluster: Cluster
  cut(): void
  mend(): void
}

/** Calls wait while it is cut, as those of a pod without a network do. */
export function cutOff(cluster: Cluster): Cable {
  let mended = Promise.withResolvers<undefined>()
  mended.resolve(undefined)
  const over = async (signal: AbortSignal): Promise<void> => {
    const { promise, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    await Promise.race([mended.promise, promise])
  }
  return {
    cluster: {
      ...cluster,
      get: async (kind, at, options) => over(options.signal).then(async () => cluster.get(kind, at, options)),
      create: async (kind, manifest, options) =>
        over(options.signal).then(async () => cluster.create(kind, manifest, options)),
      patch: async (kind, at, change, options) =>
        over(options.signal).then(async () => cluster.patch(kind, at, change, options)),
      remove: async (kind, at, options) => over(options.signal).then(async () => cluster.remove(kind, at, options)),
      async *list(kind, scope, options) {
        await over(options.signal)
        yield* cluster.list(kind, scope, options)
      },
    },
    cut: () => {
      mended = Promise.withResolvers()
    },
    mend: () => mended.resolve(undefined),
  }
}
