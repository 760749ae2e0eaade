import type { CallOptions, Store } from '@salvage-kit/core'
import type { Cluster, KubernetesSettings, Permission } from '../../../src/index.ts'
import {
  GROUP_PERMISSIONS,
  jobCrane,
  JOB_EVENT_PERMISSIONS,
  JOB_PERMISSIONS,
  JobStoreConfig,
  jobStore,
} from '../../../src/index.ts'
import { RESTIC_STORE } from '../../integration/crane/restic-store.ts'

/** What becomes of the cuts of a lane: each claim is cut by itself, or all as one group, or they are lifted by crane Jobs as well. */
export type LaneKind = 'alone' | 'together' | 'offsite'

/** What a kind takes besides what all take. */
export interface KindParts {
  readonly settings: KubernetesSettings
  readonly permissions: readonly Permission[]
  readonly store?: Store
  /** Events after which it is struck, one of them as likely as another. */
  readonly moments: readonly string[]
}

const AT_REST = ['workload.quiescing', 'workload.quiesced', 'workload.quiesced', 'snapshot.taken']
const WHOLE = JobStoreConfig.parse(RESTIC_STORE)
/** Without a check before each run, which would be one more Job. */
const OFFSITE = JobStoreConfig.parse({ ...RESTIC_STORE, actions: ['lift', 'forget'] })

const STORE = jobStore('offsite')

/** See {@link LaneKind}. */
export const KIND_PARTS: { readonly [kind in LaneKind]: KindParts } = {
  alone: { settings: { groupSnapshotClass: false }, permissions: [], moments: AT_REST },
  together: {
    settings: { groupSnapshotClass: 'csi-hostpath-groupsnapclass' },
    permissions: GROUP_PERMISSIONS,
    moments: AT_REST,
  },
  offsite: {
    settings: { groupSnapshotClass: false, cranes: { offsite: OFFSITE.crane } },
    permissions: [...JOB_PERMISSIONS, ...JOB_EVENT_PERMISSIONS],
    store: STORE,
    moments: [...AT_REST, 'lift.started', 'lift.started'],
  },
}

/** Makes the repository of a namespace, which a Job does too. */
export async function makeRepository(cluster: Cluster, options: CallOptions): Promise<void> {
  const crane = jobCrane(cluster, { cranes: { offsite: WHOLE.crane } })
  await crane.preflight?.(STORE, [], { ...options, init: true })
}

/** One by its name; throws when there is none of it. */
export function laneKind(name: string): LaneKind {
  if (name === 'alone' || name === 'together' || name === 'offsite') return name
  throw new Error(`no kind of lane: ${name}`)
}
