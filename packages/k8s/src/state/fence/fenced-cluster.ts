import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { HeldLease } from '../lease/held-lease.ts'
import { unsureLease } from '../lease/lost.ts'

/**
 * The cluster for a process that holds runs: nothing is changed in it, and nothing is run in a pod, once others may take
 * this process for dead; also not by what it would undo, for whoever took over does that. No call is made for it as long
 * as the lease is renewed in time. Reading goes on. Such a call rejects with `LOCK.LOST` or `LOCK.UNSURE`, also in its middle;
 * a program that runs in a pod already is left to its own guards. `held` undefined: no run is held, so nothing is fenced.
 */
export function fencedCluster(cluster: Cluster, held: () => HeldLease | undefined): Cluster {
  async function guarded<Result>(
    options: CallOptions,
    call: (options: CallOptions) => Promise<Result>,
  ): Promise<Result> {
    const lease = held()
    if (lease === undefined) return call(options)
    await stillHeld(lease, options)
    using guard = guardOf(lease, options.signal)
    return await call({ signal: guard.signal })
  }

  return {
    ...cluster,
    server: cluster.server,
    namespace: cluster.namespace,
    create: async (kind, manifest, options) => guarded(options, async (inner) => cluster.create(kind, manifest, inner)),
    apply: async (kind, manifest, options) => guarded(options, async (inner) => cluster.apply(kind, manifest, inner)),
    patch: async (kind, at, change, options) =>
      guarded(options, async (inner) => cluster.patch(kind, at, change, inner)),
    remove: async (kind, at, options) =>
      guarded(options, async (inner) => cluster.remove(kind, at, { ...options, ...inner })),
    exec: async (request, options) => {
      const lease = held()
      if (lease !== undefined) await stillHeld(lease, options)
      return cluster.exec(request, options)
    },
  }
}

async function stillHeld(lease: HeldLease, options: CallOptions): Promise<void> {
  lease.lost.throwIfAborted()
  if (lease.safeForMs() <= 0) await lease.prove(options)
}

/** Aborts with `parent`, when the lease is lost, and when it has not been renewed for too long. */
function guardOf(lease: HeldLease, parent: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const over = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const watch = (): void => {
    const safeForMs = lease.safeForMs()
    if (safeForMs > 0) timer = setTimeout(watch, safeForMs)
    else over.abort(unsureLease(`the lease ${lease.at.namespace ?? ''}/${lease.at.name}`, undefined))
  }
  watch()
  return {
    signal: AbortSignal.any([parent, lease.lost, over.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}
