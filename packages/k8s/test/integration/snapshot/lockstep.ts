import type { ClaimSource, SnapshotRef, Snapshotter } from '@salvage-kit/core'
import { expect, vi } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { roleFor } from '../../../src/client/role.ts'
import { DISCOVERY_PERMISSIONS } from '../../../src/discovery/permission.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { groupKindOf } from '../../../src/snapshot/group/group-kind.ts'
import { GROUP_PERMISSIONS } from '../../../src/snapshot/permission.ts'
import { options } from './cut.ts'
import { newTenant, type Tenant } from './tenant.ts'

const GROUPS = groupKindOf('v1')
/** Writes numbers to two claims in turn, each on the disk before the next. */
const WRITER = 'n=0; while :; do n=$((n+1)); for d in one two; do echo $n >> /$d/file; sync /$d/file; done; done'

function writer(namespace: string, claims: readonly [string, string]): object {
  const [one, two] = claims
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: 'writer' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'salvage-test/busybox',
          imagePullPolicy: 'Never',
          command: ['sh', '-c', WRITER],
          volumeMounts: [
            { name: 'one', mountPath: '/one' },
            { name: 'two', mountPath: '/two' },
          ],
        },
      ],
      volumes: [
        { name: 'one', persistentVolumeClaim: { claimName: one } },
        { name: 'two', persistentVolumeClaim: { claimName: two } },
      ],
    },
  }
}

/** A tenant who may make groups, and a pod that writes two claims in lockstep. */
export interface Lockstep {
  readonly tenant: Tenant
  readonly sources: readonly [ClaimSource, ClaimSource]
  /** A snapshotter that makes groups, as each process has its own. */
  readonly make: (cluster?: Cluster) => Snapshotter
  /** The refs of one cut of both. */
  readonly refsOf: (snapshotter?: Snapshotter) => Promise<readonly [SnapshotRef, SnapshotRef]>
  /** What was written last. */
  readonly last: (of: ClaimSource) => Promise<number>
  readonly groups: () => Promise<readonly string[]>
  /** How much stands on the storage for snapshots of the namespace, also of those that are gone. */
  readonly contents: () => Promise<number>
  /** The labels of groups on both. */
  readonly marks: () => Promise<readonly (string | undefined)[]>
}

/** Brings the cluster up, and resolves when the pod writes. */
export async function newLockstep(): Promise<Lockstep> {
  const tenant = await newTenant()
  const { namespace, account } = tenant
  const [, name = ''] = account.split(':')
  const subject = { kind: 'ServiceAccount', name } as const
  const rights = [...GROUP_PERMISSIONS, ...DISCOVERY_PERMISSIONS]
  const role = roleFor(rights, { namespace, subject }).replaceAll('name: salvage-kit', 'name: groups')
  await tenant.kubernetes.apply(role)
  const sources = [await tenant.newClaim(), await tenant.newClaim()] as const
  let count = 0
  const make = (cluster = tenant.cluster): Snapshotter =>
    csiSnapshotter(cluster, {
      namespaces: [tenant.namespace],
      class: 'csi-hostpath-snapclass',
      groupClass: 'csi-hostpath-groupsnapclass',
    })
  const refsOf = async (snapshotter = make()): Promise<readonly [SnapshotRef, SnapshotRef]> => {
    count += 1
    const runId = `20261121t080000z-c0ffee${String(count)}`
    const ref = async (source: ClaimSource, n: number): Promise<SnapshotRef> => {
      const support = await snapshotter.probe(source, options)
      if (!support.supported || support.together === undefined) throw new Error('it cannot be cut together')
      const target = `k8s:${source.namespace}/${source.name}` as const
      const id = `${runId}-s${String(n)}`
      return { id, runId, target, source, token: support.token, together: `${runId}-t1` }
    }
    return [await ref(sources[0], 1), await ref(sources[1], 2)]
  }
  const last = async (of: ClaimSource): Promise<number> =>
    Number((await tenant.read(of, 'file')).trim().split('\n').at(-1))
  const groups = async (): Promise<readonly string[]> => {
    const names: string[] = []
    for await (const { metadata } of tenant.admin.listMetadata(GROUPS, { namespace: tenant.namespace }, options))
      names.push(metadata.name)
    return names
  }
  const contents = async (): Promise<number> => {
    const all = await tenant.kubernetes.kubectl([
      'get',
      'volumesnapshotcontents,volumegroupsnapshotcontents',
      '-o',
      'jsonpath={range .items[*]}{.spec.volumeSnapshotRef.namespace}{.spec.volumeGroupSnapshotRef.namespace}{"\\n"}{end}',
    ])
    return all.split('\n').filter((line) => line === tenant.namespace).length
  }
  const marks = async (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      sources.map(async (at) => {
        const found = await tenant.admin.get(KINDS.claim, at, options)
        return found?.metadata.labels?.['salvage-kit.io/group']
      }),
    )

  await tenant.kubernetes.apply(writer(namespace, [sources[0].name, sources[1].name]))
  await tenant.kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/writer')
  await vi.waitFor(async () => expect(await last(sources[1])).toBeGreaterThan(0), { timeout: 30_000 })
  return { tenant, sources, make, refsOf, last, groups, contents, marks }
}
