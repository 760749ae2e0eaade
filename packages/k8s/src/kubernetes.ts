import { isSalvageError } from '@salvage-kit/core'
import type { Backend, CallOptions, LiftRef, Store } from '@salvage-kit/core'
import type { Cluster, Permission } from './client/cluster.ts'
import { CRANE_ID, jobCrane } from './crane/job-crane.ts'
import type { JobCraneSettings } from './crane/settings.ts'
import { JobStore } from './crane/settings-of.ts'
import { sweepJobs } from './crane/sweep-jobs.ts'
import type { DiscoverySettings } from './discovery/discovery.ts'
import { kubernetesDiscovery } from './discovery/discovery.ts'
import type { Dump } from './dump/schema.ts'
import { claimExchanger } from './exchange/claim-exchanger.ts'
import { sweepExchanges } from './exchange/sweep.ts'
import { planPermitted } from './plan-rights.ts'
import type { PartRights } from './plan-rights.ts'
import { claimProvisioner } from './provision/claim-provisioner.ts'
import type { PlaceDefaults } from './provision/shape.ts'
import { dumpQuiescer } from './quiesce/dump.ts'
import { EXEC_PERMISSIONS, execQuiescer } from './quiesce/exec.ts'
import { permitted } from './quiesce/permitted.ts'
import { SCALE_PERMISSIONS, scaleQuiescer } from './quiesce/scale.ts'
import { csiSnapshotter, SNAPSHOTTER_ID } from './snapshot/csi-snapshotter.ts'
import { DUMP, EXEC, SCALE } from './quiesce/settings.ts'
import { slotsOf } from './state/slot/slot-of.ts'
import type { SlotSettings } from './state/slot/slot-of.ts'
import { sweepCuts } from './snapshot/sweep.ts'
import type { SweepSettings } from './snapshot/sweep-settings.ts'
import { scalable } from './workload/workload-id.ts'
import type { WorkloadName } from './workload/workload-id.ts'

/** What {@link kubernetes} takes. */
export interface KubernetesSettings extends DiscoverySettings {
  /** The VolumeSnapshotClass of cuts for which the store names none; absent: the default one of the driver. */
  readonly snapshotClass?: string
  /** The VolumeGroupSnapshotClass of claims that are cut at one instant; see `CsiSettings`. */
  readonly groupSnapshotClass?: string | false
  /** Crane images that run as Jobs, by name; see `jobStore`. */
  readonly cranes?: Readonly<Record<string, JobCraneSettings>>
  /** The name of this machine in archives; absent: its host name. */
  readonly machine?: string
  /** Of new claims that nothing else tells. */
  readonly newClaims?: PlaceDefaults
  /** Gets each line that a crane prints. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
  /** Told of each dump when it is in place, before it is cut. */
  readonly onDump?: (workload: string, dump: Dump) => void
  /** How many runs and restores may be at work at once; absent: any number. */
  readonly slot?: SlotSettings
  /**
   * Whether a run lives, or the journal tells of it, by the value of its label: what it made stays. Absent: what runs left
   * behind is not looked for.
   */
  readonly isKnown?: (runId: string) => Promise<boolean>
}

/** Processes elsewhere, whose state is not seen here, are done with a cut by then: a crane has one day. */
const NOBODYS_MS = 48 * 3_600_000
const HOUR_MS = 3_600_000
const NEVER_MADE = new Set(['K8S.NO_KIND', 'K8S.FORBIDDEN'])

/** Namespaces of a cluster: their claims, and what writes to them. Calls nothing before something is asked. */
export function kubernetes(cluster: Cluster, settings: KubernetesSettings = {}): Backend {
  const { namespaces = [cluster.namespace], snapshotClass, cranes = {}, newClaims, isKnown } = settings
  const { name, machine, onLine, onDump, slot, groupSnapshotClass } = settings
  return {
    id: 'k8s',
    discovery: kubernetesDiscovery(cluster, { namespaces, ...(name === undefined ? {} : { name }) }),
    quiescers: [
      permitted(cluster, scaleQuiescer(cluster), scalePermissions),
      permitted(cluster, execQuiescer(cluster), () => EXEC_PERMISSIONS),
      permitted(cluster, dumpQuiescer(cluster, onDump === undefined ? {} : { onDump }), () => EXEC_PERMISSIONS),
    ],
    preflight: async (work, options) => {
      const namespaceOf = (store: Store): string => JobStore.parse(store.settings).namespace ?? cluster.namespace
      await planPermitted(cluster, work, { ...RIGHTS, namespaceOf }, options)
    },
    snapshotters: [
      csiSnapshotter(cluster, {
        namespaces,
        ...(snapshotClass === undefined ? {} : { class: snapshotClass }),
        ...(groupSnapshotClass === undefined ? {} : { groupClass: groupSnapshotClass }),
      }),
    ],
    cranes: [
      jobCrane(cluster, {
        cranes,
        ...(machine === undefined ? {} : { machine }),
        ...(onLine === undefined ? {} : { onLine }),
      }),
    ],
    provisioners: [claimProvisioner(cluster, newClaims === undefined ? {} : { defaults: newClaims })],
    ...(slot === undefined ? {} : { slot: slotsOf(cluster, slot) }),
    exchangers: [claimExchanger(cluster, snapshotClass === undefined ? {} : { class: snapshotClass })],
    ...(isKnown === undefined
      ? {}
      : {
          sweep: async ({ signal }) =>
            sweepNamespaces(cluster, { namespaces, isKnown, now: new Date(), olderThanMs: NOBODYS_MS }, { signal }),
        }),
  }
}

const RIGHTS: Omit<PartRights, 'namespaceOf'> = {
  quiescers: { [SCALE]: scalePermissions, [EXEC]: () => EXEC_PERMISSIONS, [DUMP]: () => EXEC_PERMISSIONS },
  snapshotter: SNAPSHOTTER_ID,
  crane: CRANE_ID,
}

/** What one sweep rejects with keeps no other. Of what is not served here, or not permitted, nothing was left. */
async function sweepNamespaces(cluster: Cluster, settings: SweepSettings, options: CallOptions): Promise<void> {
  const ends = await Promise.allSettled([
    sweepCuts(cluster, settings, options),
    sweepExchanges(cluster, settings, options),
    // These say themselves until when somebody may wait for them.
    sweepJobs(cluster, { ...settings, olderThanMs: HOUR_MS }, options),
  ])
  for (const end of ends)
    if (end.status === 'rejected' && !(isSalvageError(end.reason) && NEVER_MADE.has(end.reason.code))) throw end.reason
}

/** Of the one kind that is scaled; autoscalers are looked at where that is permitted. */
function scalePermissions({ kind }: WorkloadName): readonly Permission[] {
  const plural = scalable(kind)?.plural
  return SCALE_PERMISSIONS.filter(
    ({ group, resource }) => group === '' || (plural !== undefined && resource.split('/')[0] === plural),
  )
}
