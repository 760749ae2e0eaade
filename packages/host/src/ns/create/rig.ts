import { memoryCatalog, memoryJournal, memoryLocks } from '@salvage-kit/core'
import type { Backend, Reporter, Rig, Snapshotter } from '@salvage-kit/core'
import { clusterState, csiSnapshotter, dumpQuiescer, kubernetes } from '@salvage-kit/k8s'
import type { BakSettings, Cluster } from '@salvage-kit/k8s'
import { awaited } from '../../rig/awaited.ts'
import { readyMs } from '../ready-ms.ts'
import { bornKept } from './born-kept.ts'
import { bakDiscovery } from './discovery.ts'
import { passwordIn } from './dumps.ts'
import { unawaited } from './keeper.ts'
import { storeRef } from './plan-create.ts'
import { requiredDump } from './required-dump.ts'
import type { Rights } from './rights.ts'

/** What journal and locks are called in the namespace of the backup. */
const STATE_NAME = 'salvage-kit'

/** What a rig for a backup is made of. */
export interface CreateRigSettings {
  readonly settings: BakSettings
  readonly report: Reporter
  readonly now: () => Date
  readonly rights: Rights
}

/**
 * A rig whose journal and locks are in the namespace of the backup: two backups of one claim, wherever they run, take turns,
 * and what one left that died is taken back by the next. With the rights of backup-ns alone there is neither: then what is left
 * of a backup that dies is a dump that ends by itself, and a snapshot. Calls nothing yet.
 */
export function createRig(given: Cluster, { settings, report, now, rights }: CreateRigSettings): Rig {
  const { namespace, zone, waitUntilReady: waits } = settings
  const { journal, locks, cluster } =
    rights.kind === 'all'
      ? clusterState(given, { namespace, name: STATE_NAME, onWait: (wait) => report(awaited(wait)) })
      : {
          journal: memoryJournal(),
          locks: memoryLocks(),
          cluster: bornKept(given, { store: storeRef(settings), zone, now }),
        }
  const dump = dumpQuiescer(cluster, { passwordOf: passwordIn(settings) })
  const snapshotter = csiSnapshotter(cluster, { namespaces: [namespace], readyMs: readyMs(settings) })
  const allowed = rights.kind === 'all' ? snapshotter : unchecked(snapshotter)
  // Rights were asked for before, and fewer are enough where snapshots are born kept.
  const { preflight: _asked, ...whole } = kubernetes(cluster, { namespaces: [namespace] })
  const backend: Backend = {
    ...whole,
    discovery: bakDiscovery(cluster, settings),
    quiescers: [...(whole.quiescers ?? []).filter(({ id }) => id !== dump.id), requiredDump(dump)],
    snapshotters: [waits ? allowed : unawaited(cluster, allowed, { namespace, zone, report })],
  }
  return { backends: [backend], journal, locks, catalog: memoryCatalog(), report, now }
}

/** Its keeper would ask for rights that it does not need where snapshots are born kept. */
function unchecked({ keeps, ...snapshotter }: Snapshotter): Snapshotter {
  return keeps === undefined ? snapshotter : { ...snapshotter, keeps: { ...keeps, preflight: async () => undefined } }
}
