import { claimExchanger } from '../../src/exchange/claim-exchanger.ts'
import type { ExchangeSettings } from '../../src/exchange/settings.ts'
import type { ClaimSource, Exchanger, PointOrigin } from '@salvage-kit/core'
import type { JsonObject } from '@salvage-kit/core'
import { z } from 'zod'
import type { Cluster } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Resource } from '../../src/resource/resource.ts'
import { fakeCluster } from '../fake-cluster.ts'
import type { FakeCluster } from '../fake-cluster.ts'

export const NAMESPACE = 'shop'
export const RUN = '20261121t080000z-c0ffee'
const POINT = 'point'

const from = z.object({
  spec: z.object({
    dataSource: z.object({ name: z.string() }).optional(),
    source: z.object({ persistentVolumeClaimName: z.string().optional() }).optional(),
  }),
})

/** A cluster whose driver fills claims and cuts them at once; the content of a claim or a snapshot is one text, by its uid. */
export interface ClaimWorld {
  readonly cluster: FakeCluster
  readonly contents: Map<string, string>
  readonly exchanger: (on?: Cluster) => Exchanger
  /** As it is now. */
  readonly claim: () => Resource | undefined
  readonly read: () => string | undefined
  readonly write: (source: ClaimSource, text: string) => void
  readonly source: ClaimSource
  /** Claims beside and snapshots, but for the point. */
  readonly leftovers: () => readonly string[]
  /** In a snapshot, or in an archive. */
  readonly from: (kind: 'csi' | 'archive') => PointOrigin
}

/** What a test changes of the claim that is restored. */
export interface WorldOptions {
  readonly metadata?: Partial<Resource['metadata']>
  readonly spec?: JsonObject
  readonly phase?: string
  /** Claims get their volume only when `bind` is called for them. */
  readonly waits?: boolean
  readonly settings?: ExchangeSettings
  /** Of the classes of snapshots. Default: that of the claim. */
  readonly driver?: string
}

/** A claim `data` that reads `former`, and a snapshot of it that reads `fresh`. */
export function claimWorld(given: WorldOptions = {}): ClaimWorld {
  const { metadata, spec, phase = 'Bound', waits = false, settings, driver = 'driver' } = given
  const cluster = fakeCluster(NAMESPACE)
  const contents = new Map<string, string>()
  const put = (kind: typeof KINDS.claim, resource: Resource, text: string): Resource => {
    const made = cluster.put(kind, resource)
    contents.set(made.metadata.uid ?? '', text)
    return made
  }
  const storage = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'driver' }
  cluster.put(KINDS.storageClass, { ...storage, metadata: { name: 'fast' } })
  for (const [name, deletionPolicy] of Object.entries({ retaining: 'Retain', snap: 'Delete' }))
    cluster.put(KINDS.volumeSnapshotClass, {
      apiVersion: 'snapshot.storage.k8s.io/v1',
      kind: 'VolumeSnapshotClass',
      metadata: { name },
      driver,
      deletionPolicy,
    })
  const live = put(
    KINDS.claim,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        namespace: NAMESPACE,
        name: 'data',
        labels: { app: 'web' },
        annotations: {
          team: 'sales',
          'pv.kubernetes.io/bind-completed': 'yes',
          'volume.kubernetes.io/storage-provisioner': 'driver',
          'volume.kubernetes.io/selected-node': 'node-1',
        },
        finalizers: [],
        ...metadata,
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'fast',
        volumeMode: 'Filesystem',
        volumeName: 'pvc-1',
        resources: { requests: { storage: '1Gi' } },
        ...spec,
      },
      status: { phase, capacity: { storage: '1Gi' } },
    },
    'former',
  )
  const cut = put(KINDS.volumeSnapshot, snapshot(POINT), 'fresh')
  cluster.after = ({ verb, kind, name }) => {
    if (verb !== 'create') return
    const made = cluster.all(kind).find((one) => one.metadata.name === name)
    if (made === undefined) return
    const { dataSource, source } = from.parse(made).spec
    const named = (of: typeof KINDS.claim, wanted: string | undefined): string =>
      contents.get(cluster.all(of).find((one) => one.metadata.name === wanted)?.metadata.uid ?? '') ?? ''
    if (kind === KINDS.volumeSnapshot)
      put(kind, { ...made, status: snapshot('').status ?? null }, named(KINDS.claim, source?.persistentVolumeClaimName))
    if (kind === KINDS.claim)
      put(
        kind,
        { ...made, status: waits ? { phase: 'Pending' } : { phase: 'Bound', capacity: { storage: '1Gi' } } },
        named(KINDS.volumeSnapshot, dataSource?.name),
      )
  }
  const claim = (): Resource | undefined => cluster.all(KINDS.claim).find((one) => one.metadata.name === 'data')
  const { uid = '' } = live.metadata
  return {
    cluster,
    contents,
    exchanger: (on = cluster) => claimExchanger(on, { class: 'snap', goneMs: 200, unusedMs: 200, ...settings }),
    claim,
    read: () => contents.get(claim()?.metadata.uid ?? ''),
    write: (source, text) => {
      const { metadata: to } = cluster.all(KINDS.claim).find((one) => one.metadata.name === source.name) ?? live
      contents.set(to.uid ?? '', text)
    },
    source: { medium: 'pvc', namespace: NAMESPACE, name: 'data', uid },
    leftovers: () => [
      ...cluster
        .all(KINDS.claim)
        .filter((one) => one.metadata.name !== 'data')
        .map((one) => `claim ${one.metadata.name}`),
      ...cluster
        .all(KINDS.volumeSnapshot)
        .filter((one) => one.metadata.name !== POINT)
        .map((one) => `snapshot ${one.metadata.name}`),
    ],
    from: (kind) => ({
      point: {
        kind: kind === 'csi' ? 'snapshot' : 'archive',
        id: 'p1',
        target: `k8s:${NAMESPACE}/data`,
        store: kind === 'csi' ? 'csi:' : 'crane:yard',
        takenAt: '2026-11-20T08:00:00.000Z',
        state: 'good',
        token: { namespace: NAMESPACE, name: POINT, uid: cut.metadata.uid ?? '' },
      },
      store:
        kind === 'csi'
          ? { ref: 'csi:', crane: 'csi', settings: {} }
          : { ref: 'crane:yard', crane: 'job', settings: { name: 'yard' } },
    }),
  }
}

function snapshot(name: string): Resource {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { namespace: NAMESPACE, name },
    spec: { source: { persistentVolumeClaimName: 'data' } },
    status: { readyToUse: true, creationTime: '2026-11-20T08:00:00Z', restoreSize: '1Gi' },
  }
}
