import type { ClaimSource, KeptRef, Store } from '@salvage-kit/core'
import { reference } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import type { Permission } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Resource } from '../../src/resource/resource.ts'
import { csiSnapshotter } from '../../src/snapshot/csi-snapshotter.ts'
import { fakeCluster, type FakeCluster } from '../fake-cluster.ts'

const options = { signal: new AbortController().signal }
const source: ClaimSource = { medium: 'pvc', namespace: 'ns', name: 'data' }
const store: Store = {
  ref: 'csi:here',
  crane: 'csi',
  settings: { retain: { by: 'tiers' }, name: '{{ .pvcName }}-{{ .timestamp }}-{{ .rand }}' },
}

function classOf(name: string, driver: string, deletionPolicy: string): Resource {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name },
    driver,
    deletionPolicy,
  }
}

function claimed(phase = 'Bound', volumeMode = 'Filesystem'): FakeCluster {
  const cluster = fakeCluster('ns')
  cluster.put(KINDS.claim, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'ns', name: 'data' },
    spec: { storageClassName: 'fast', volumeMode, resources: { requests: { storage: '1Gi' } } },
    status: { phase, capacity: { storage: '2Gi' } },
  })
  const storage = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'one' }
  cluster.put(KINDS.storageClass, { ...storage, metadata: { name: 'fast' } })
  cluster.put(KINDS.volumeSnapshotClass, classOf('good', 'one', 'Delete'))
  cluster.put(KINDS.volumeSnapshotClass, classOf('retaining', 'one', 'Retain'))
  cluster.put(KINDS.volumeSnapshotClass, classOf('foreign', 'two', 'Delete'))
  return cluster
}

it.each([
  ['there is no VolumeSnapshotClass none', claimed(), 'none'],
  ['is of two, and the volume of one', claimed(), 'foreign'],
  ['one has no default VolumeSnapshotClass', claimed(), undefined],
  ['would leave the storage of each cut behind', claimed(), 'retaining'],
  ['the claim is Pending', claimed('Pending'), 'good'],
  ['the claim is Lost', claimed('Lost'), 'good'],
  ['it is a block volume', claimed('Bound', 'Block'), 'good'],
  ['there is no such claim', fakeCluster('ns'), 'good'],
])('refuses: %s', async (why, cluster, name) => {
  const snapshotter = csiSnapshotter(cluster, { namespaces: ['ns'], ...(name === undefined ? {} : { class: name }) })
  expect(await snapshotter.probe(source, options)).toEqual({ supported: false, why: expect.stringContaining(why) })
})

it('keeps a block volume, and with a class that retains', async () => {
  const snapshotter = csiSnapshotter(claimed('Bound', 'Block'), { namespaces: ['ns'], class: 'retaining' })
  expect(await snapshotter.probe(source, { ...options, keep: store })).toMatchObject({ supported: true })
})

it('gives a kept snapshot its name and labels at birth, and its tiers only when it is ready', async () => {
  const cluster = claimed()
  const status = { creationTime: '2026-11-21T08:00:05Z', readyToUse: false, boundVolumeSnapshotContentName: 'content' }
  const snapshots = (): readonly Resource[] => cluster.all(KINDS.volumeSnapshot)
  cluster.after = ({ verb, kind }) => {
    if (verb === 'create' && kind === KINDS.volumeSnapshot)
      for (const one of snapshots()) cluster.put(KINDS.volumeSnapshot, { ...one, status })
  }
  const snapshotter = csiSnapshotter(cluster, { namespaces: ['ns'], class: 'good' })
  const support = await snapshotter.probe(source, { ...options, keep: store })
  const keep = { store, at: '2026-11-21T08:00:00.000Z', machine: 'm' }
  const ref: KeptRef = {
    id: 'run-s1',
    runId: 'run',
    target: 'k8s:ns/data',
    source,
    token: support.supported ? support.token : null,
    keep,
  }
  await snapshotter.take(ref, options)
  const [young] = snapshots()
  expect(young?.metadata.name).toMatch(/^data-2026-11-21-080000-[0-9a-f]{6}$/)
  expect(young?.metadata.labels).toMatchObject({ 'backup-ns.sh/pvc': 'data', 'backup-ns.sh/type': 'cronjob' })
  expect(young?.metadata.labels).not.toHaveProperty(['backup-ns.sh/retain'])
  if (young !== undefined) cluster.put(KINDS.volumeSnapshot, { ...young, status: { ...status, readyToUse: true } })
  const archive = await snapshotter.keeps?.keep(ref, options)
  expect(snapshots()[0]?.metadata.labels).toMatchObject({
    'backup-ns.sh/retain': 'daily_weekly_monthly',
    'backup-ns.sh/daily': '2026-11-21',
    'backup-ns.sh/weekly': 'w47',
    'backup-ns.sh/monthly': '2026-11',
  })
  expect(archive?.point).toMatchObject({ takenAt: '2026-11-21T08:00:05.000Z', target: 'k8s:ns/data' })
  expect(archive?.point).not.toHaveProperty('machine')
})

it('says what is wrong with the settings of a store', async () => {
  const { keeps } = csiSnapshotter(claimed(), { namespaces: ['ns'] })
  const check = async (settings: Store['settings']): Promise<void> =>
    keeps?.preflight?.({ ...store, settings }, [source], { ...options, init: false })
  for (const settings of [{ zone: 'Mars/Base' }, { name: '{{ .what }}' }, { retain: { by: 'days' } }, { other: 1 }])
    await expect(check(settings)).rejects.toMatchObject({ code: 'CSI.STORE', untouched: true })
  await check({})
})

it('writes on a snapshot what was said of the rest that it cuts, from the start', async () => {
  const cluster = claimed()
  const snapshotter = csiSnapshotter(cluster, { namespaces: ['ns'], class: 'good', cutMs: 50 })
  const support = await snapshotter.probe(source, options)
  const ref = {
    id: 'a1',
    runId: 'run',
    target: reference('k8s:ns/data'),
    source,
    token: support.supported ? support.token : {},
  }
  const notes = [{ workload: 'k8s:ns/statefulset/db', quiescer: 'k8s.dump', note: { bytes: 7, sum: 'sha256:00' } }]
  await expect(snapshotter.take(ref, { ...options, notes })).rejects.toMatchObject({ code: 'CSI.CUT_LATE' })
  const made = []
  for await (const one of cluster.list(KINDS.volumeSnapshot, { namespace: 'ns' }, options)) made.push(one)
  expect(made.map(({ metadata }) => JSON.parse(metadata.annotations?.['salvage-kit.io/rest'] ?? ''))).toEqual([notes])
})

const OF = 'volume.kubernetes.io/storage-provisioner'
const BOUND = { 'pv.kubernetes.io/bind-completed': 'yes' }
it.each([
  [
    BOUND,
    /^its volume was made by hand.*kubectl -n ns annotate pvc data volume\.kubernetes\.io\/storage-provisioner=DRIVER$/,
  ],
  [{ ...BOUND, [OF]: 'rancher.io/local-path' }, /^its volume is of rancher.io\/local-path, which is no CSI driver$/],
  [{ ...BOUND, 'volume.beta.kubernetes.io/storage-provisioner': 'kubernetes.io/nfs' }, /no CSI driver/],
  [{ ...BOUND, [OF]: 'one' }, undefined],
  [{ ...BOUND, [OF]: 'kubernetes.io/aws-ebs', 'pv.kubernetes.io/migrated-to': 'one' }, undefined],
  [{}, undefined],
])('by the claim alone it knows what no CSI driver has made: %j', async (annotations, why) => {
  const cluster = claimed()
  for (const claim of cluster.all(KINDS.claim))
    cluster.put(KINDS.claim, { ...claim, metadata: { ...claim.metadata, annotations } })
  // Of classes it may see nothing.
  const blind = { ...cluster, missing: async (_: string, wanted: readonly Permission[]) => wanted }
  const seen = await csiSnapshotter(blind, { namespaces: ['ns'], class: 'good' }).probe(source, {
    ...options,
    keep: store,
  })
  if (why === undefined) expect(seen).toMatchObject({ supported: true })
  else expect(seen).toEqual({ supported: false, why: expect.stringMatching(why) })
})

it('a claim that outlived its class tells its driver', async () => {
  const cluster = claimed()
  for (const claim of cluster.all(KINDS.claim))
    cluster.put(KINDS.claim, { ...claim, metadata: { ...claim.metadata, annotations: { [OF]: 'two' } } })
  expect(await csiSnapshotter(cluster, { namespaces: ['ns'], class: 'good' }).probe(source, options)).toEqual({
    supported: false,
    why: 'VolumeSnapshotClass good is of one, and the volume of two',
  })
})

it('a volume that was bound by hand is of the driver of its class, where that may be seen', async () => {
  const cluster = claimed()
  for (const claim of cluster.all(KINDS.claim))
    cluster.put(KINDS.claim, { ...claim, metadata: { ...claim.metadata, annotations: BOUND } })
  const seen = csiSnapshotter(cluster, { namespaces: ['ns'], class: 'good' })
  expect(await seen.probe(source, options)).toMatchObject({ supported: true })
})
