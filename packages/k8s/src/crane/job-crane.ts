import { hasArchives, parseReference, reference, unbegun, writeOnly } from '@salvage-kit/core'
import type { CallOptions, Crane, LiftRef, Store } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { placeOf } from '../provision/place.ts'
import { jobArchives } from './archives.ts'
import { claimSourceOf, mountsThere, sameClaim } from './claims.ts'
import { JOB } from './key.ts'
import { liftClaim } from './lift-claim.ts'
import { mayRunJobs } from './permission.ts'
import { removeJobs } from './remove-jobs.ts'
import type { JobCraneSettings } from './settings.ts'
import { craneOf, JobStore } from './settings-of.ts'
import { runTask } from './tasks.ts'
import type { ReadyCrane } from './tasks.ts'

/** The id of the crane that runs crane images as Jobs. */
export const CRANE_ID = 'job'

/** What {@link jobCrane} takes. */
export interface JobCraneOptions {
  /** By name. */
  readonly cranes: Readonly<Record<string, JobCraneSettings>>
  /** The name of this machine; absent: its host name. */
  readonly machine?: string
  /** Gets each line that a lift prints, without the values of its environment. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
}

/**
 * Runs crane images as Jobs of a cluster: the claim is mounted in its own namespace, secrets come by reference, and a Job is all
 * that is made. What an image of version 2 can do besides lifting its settings say. One Job for each action.
 *
 * A process that clears up after another needs no settings; only to withdraw an archive it does.
 */
export function jobCrane(cluster: Cluster, { cranes, machine, onLine }: JobCraneOptions): Crane {
  const notBegun = unbegun()

  function ready(store: Store): ReadyCrane {
    const { namespace = cluster.namespace } = JobStore.parse(store.settings)
    return { cluster, crane: craneOf(store, cranes), store, namespace, machine }
  }

  return {
    id: CRANE_ID,
    media: new Set(['pvc']),
    /**
     * Asks the store once for each namespace in which something is lifted: Secrets and network policies are of a namespace.
     * Rejects with `CRANE.UNKNOWN`, `CRANE.SETTINGS`, `CRANE.MOUNT`, `CRANE.SOURCE`, `CRANE.CONTRACT`, `JOB.RIGHTS`, and with what
     * the crane says of its store.
     */
    async preflight(store, sources, { signal, init }) {
      signal.throwIfAborted()
      const on = ready(store)
      const claims = sources.map(claimSourceOf)
      const namespaces = new Set(claims.length === 0 ? [on.namespace] : claims.map(({ namespace }) => namespace))
      for (const namespace of namespaces) {
        await mayRunJobs(cluster, namespace, { signal })
        await mountsThere(cluster, on.crane, namespace, { signal })
      }
      for (const claim of claims) await sameClaim(cluster, claim, { signal })
      if (!on.crane.contract.actions.has('check')) return
      for (const namespace of namespaces)
        await runTask({ ...on, namespace }, { action: 'check', init }, { signal, conclude: () => undefined })
    },
    /**
     * Rejects, besides what `preflight` says, with `CRANE.CREATE`, `CRANE.START`, `CRANE.IMAGE_MISSING`, `CRANE.SECRET`,
     * `JOB.UNSCHEDULABLE`, `JOB.NOT_STARTED`, `JOB.OLD_CLUSTER`, `CRANE.FAILED`, `CRANE.STOPPED`, `CRANE.LOST`, `CRANE.TIMEOUT`,
     * `CRANE.RESULT`. The Job is removed with its pod when the signal goes off.
     */
    async lift(ref, source, { signal }) {
      return notBegun.watch(ref.id, async (begin) => {
        signal.throwIfAborted()
        const crane = craneOf(ref.store, cranes)
        return liftClaim(
          cluster,
          { ref, crane, source: claimSourceOf(source) },
          {
            signal,
            ...(crane.contract.version === 1 ? {} : { onStart: begin }),
            ...(onLine === undefined ? {} : { onLine: (line) => onLine(ref, line) }),
          },
        )
      })
    },
    async clear(ref, { signal }) {
      signal.throwIfAborted()
      for (const namespace of namespacesOf(ref, cluster))
        await removeJobs(cluster, { namespace, label: JOB.lift, value: ref.id }, { signal })
    },
    async abilities(store, { signal }: CallOptions) {
      signal.throwIfAborted()
      const { contract } = craneOf(store, cranes)
      return { archives: hasArchives(contract), deduplicates: contract.deduplicates }
    },
    archives: jobArchives({
      async ready(store) {
        const on = ready(store)
        if (!hasArchives(on.crane.contract)) throw writeOnly(store)
        return on
      },
      async readyToWithdraw(ref) {
        if (notBegun.has(ref.id)) return undefined
        const on = ready(ref.store)
        const [namespace = on.namespace] = namespacesOf(ref, cluster)
        return on.crane.contract.actions.has('forget') ? { ...on, namespace } : undefined
      },
    }),
  }
}

/**
 * The store of a crane of the configuration: `job:NAME`. `namespace` is that in which its archives are listed, checked and
 * removed; absent: that of the cluster's context. Throws `REFERENCE.INVALID`.
 */
export function jobStore(name: string, namespace?: string): Store {
  const settings = { name, ...(namespace === undefined ? {} : { namespace }) }
  return { ref: reference(`job:${name}`), crane: CRANE_ID, settings }
}

/** Where Jobs of a lift may be: what shows a claim is in the namespace of that claim. */
function namespacesOf({ target, store }: LiftRef, cluster: Cluster): ReadonlySet<string> {
  const { namespace = cluster.namespace } = JobStore.parse(store.settings)
  return new Set(parseReference(target).scheme === 'k8s' ? [placeOf(target).namespace, namespace] : [namespace])
}
