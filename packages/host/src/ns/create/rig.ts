import { memoryCatalog } from '@salvage-kit/core'
import type { Backend, Reporter, Rig } from '@salvage-kit/core'
import { clusterState, csiSnapshotter, dumpQuiescer, kubernetes } from '@salvage-kit/k8s'
import type { BakSettings, Cluster } from '@salvage-kit/k8s'
import { readyMs } from '../ready-ms.ts'
import { bakDiscovery } from './discovery.ts'
import { passwordIn } from './dumps.ts'
import { unawaited } from './keeper.ts'
import { requiredDump } from './required-dump.ts'

/** What journal and locks are called in the namespace of the backup. */
const STATE_NAME = 'salvage-kit'

/** What a rig for a backup is made of. */
export interface CreateRigSettings {
  readonly settings: BakSettings
  readonly report: Reporter
  readonly now: () => Date
}

/**
 * A rig whose journal and locks are in the namespace of the backup: two backups of one claim, wherever they run, take turns,
 * and what one left that died is taken back by the next. Calls nothing yet.
 */
export function createRig(given: Cluster, { settings, report, now }: CreateRigSettings): Rig {
  const { namespace, zone, waitUntilReady: waits } = settings
  const { journal, locks, cluster } = clusterState(given, { namespace, name: STATE_NAME })
  const dump = dumpQuiescer(cluster, { passwordOf: passwordIn(settings) })
  const snapshotter = csiSnapshotter(cluster, { namespaces: [namespace], readyMs: readyMs(settings) })
  const whole = kubernetes(cluster, { namespaces: [namespace] })
  const backend: Backend = {
    ...whole,
    discovery: bakDiscovery(cluster, settings),
    quiescers: [...(whole.quiescers ?? []).filter(({ id }) => id !== dump.id), requiredDump(dump)],
    snapshotters: [waits ? snapshotter : unawaited(cluster, snapshotter, { namespace, zone, report })],
  }
  return { backends: [backend], journal, locks, catalog: memoryCatalog(), report, now }
}
