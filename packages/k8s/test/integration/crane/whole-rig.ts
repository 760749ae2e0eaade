import { join } from 'node:path'
import { sqliteCatalog, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { Rig, RunEvent } from '@salvage-kit/core'
import { z } from 'zod'
import { connect } from '../../../src/client/connect.ts'
import { JobStoreConfig } from '../../../src/crane/store-schema.ts'
import { kubernetes } from '../../../src/kubernetes.ts'

/** What a process works with, as it is told on its command line. */
export const WholeCase: z.ZodType<WholeCase> = z.object({
  kubeconfig: z.string(),
  namespaces: z.array(z.string()),
  state: z.string(),
  store: z.unknown(),
})

/** See above; `store` is as a configuration has it. */
export interface WholeCase {
  readonly kubeconfig: string
  readonly namespaces: readonly string[]
  readonly state: string
  readonly store?: unknown
}

/** A rig with its state on this disk. */
export async function wholeRig(one: WholeCase, report: (event: RunEvent) => void = () => {}): Promise<Rig> {
  const [namespace = ''] = one.namespaces
  const cluster = await connect({ kubeconfig: one.kubeconfig, namespace, environment: {} })
  const { crane } = JobStoreConfig.parse(one.store)
  const backend = kubernetes(cluster, {
    namespaces: one.namespaces,
    snapshotClass: 'csi-hostpath-snapclass',
    cranes: { offsite: crane },
    machine: 'test',
    newClaims: { storageClass: 'csi-hostpath-wait' },
  })
  return {
    backends: [backend],
    journal: sqliteJournal(join(one.state, 'journal.db')),
    catalog: sqliteCatalog(join(one.state, 'catalog.db')),
    locks: sqliteLocks(one.state),
    report,
    now: () => new Date(),
  }
}
