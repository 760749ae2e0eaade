import { z } from 'zod'
import type { Cluster, ResourceKind } from '../../../src/index.ts'
import { KINDS } from '../../../src/index.ts'

const { signal } = new AbortController()
const GROUP: ResourceKind = {
  group: 'groupsnapshot.storage.k8s.io',
  version: 'v1',
  kind: 'VolumeGroupSnapshot',
  plural: 'volumegroupsnapshots',
  namespaced: true,
}
const KEPT = 'salvage-kit.io/kept'
/** What a run makes, or could make, besides snapshots. */
const MADE: readonly ResourceKind[] = [KINDS.job, KINDS.pod, KINDS.claim, KINDS.configMap, KINDS.secret]
const Deployment = z.object({
  spec: z.object({ replicas: z.int() }),
  status: z.object({ readyReplicas: z.int().default(0) }),
})

/** What an administrator sees of a namespace. */
export interface Look {
  /** By name: how many replicas are wanted, and how many are ready. */
  deployments(): Promise<{ readonly [name: string]: { readonly wanted: number; readonly ready: number } }>
  /** The name of a pod of a workload. */
  podOf(app: string): Promise<string>
  /**
   * All but what stays: `KIND NAME` of each Job, claim, ConfigMap, Secret, of pods that are of no workload, of snapshots that are not
   * kept, and of groups without one that is.
   */
  made(): Promise<readonly string[]>
}

/** See {@link Look}. */
export function lookAt(admin: Cluster, namespace: string): Look {
  const listed = (kind: ResourceKind) => Array.fromAsync(admin.list(kind, { namespace }, { signal }))
  return {
    deployments: async () =>
      Object.fromEntries(
        (await listed(KINDS.deployment)).map((one) => {
          const { spec, status } = Deployment.parse(one)
          return [one.metadata.name, { wanted: spec.replicas, ready: status.readyReplicas }]
        }),
      ),
    podOf: async (app) => {
      for await (const { metadata } of admin.listMetadata(
        KINDS.pod,
        { namespace, labelSelector: `app=${app}` },
        { signal },
      ))
        return metadata.name
      throw new Error(`no pod of ${app}`)
    },
    made: async () => {
      const [others, snapshots, groups] = await Promise.all([
        Promise.all(MADE.map(async (kind) => (await listed(kind)).map((one) => ({ kind, metadata: one.metadata })))),
        listed(KINDS.volumeSnapshot),
        listed(GROUP),
      ])
      const isKept = (one: (typeof snapshots)[number]): boolean => KEPT in (one.metadata.labels ?? {})
      const owners = snapshots.filter(isKept).flatMap(({ metadata }) => metadata.ownerReferences ?? [])
      const inUse = new Set(owners.map(({ uid }) => uid))
      return [
        ...others
          .flat()
          .filter(({ kind, metadata }) => kind !== KINDS.pod || metadata.labels?.['app'] === undefined)
          .map(({ kind, metadata }) => `${kind.kind} ${metadata.name}`),
        ...snapshots.filter((one) => !isKept(one)).map(({ metadata }) => `VolumeSnapshot ${metadata.name}`),
        ...groups
          .filter(({ metadata }) => !inUse.has(metadata.uid ?? ''))
          .map(({ metadata }) => `${GROUP.kind} ${metadata.name}`),
      ].toSorted()
    },
  }
}
