import { SalvageError } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import { mirrorMarks } from '../../src/retention/mirror.ts'
import { rebind } from '../../src/retention/rebind.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { Resource } from '../../src/resource/resource.ts'
import { fakeCluster, snapshotOf, type FakeCluster } from '../fake-cluster.ts'

const signal = new AbortController().signal
const now = new Date('2026-11-21T12:00:00Z')
const LABELS = { 'backup-ns.sh/pvc': 'data', 'backup-ns.sh/type': 'cronjob', 'backup-ns.sh/daily': '2026-11-21' }

function content(
  cluster: FakeCluster,
  metadata: Partial<Resource['metadata']>,
  spec: object = {},
  status: object = {},
): Resource {
  return cluster.put(KINDS.volumeSnapshotContent, {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotContent',
    metadata: { name: 'old', ...metadata },
    spec: JSON.parse(
      JSON.stringify({
        deletionPolicy: 'Retain',
        driver: 'csi.example',
        volumeSnapshotClassName: 'csi',
        volumeSnapshotRef: { namespace: 'a', name: 'data-2026-11-21-003200-abcdef', uid: 'gone' },
        ...spec,
      }),
    ),
    status: JSON.parse(JSON.stringify({ snapshotHandle: 'handle-1', readyToUse: true, ...status })),
  })
}

function lost(metadata = {}, spec = {}, status = {}): FakeCluster {
  const cluster = fakeCluster()
  cluster.put(KINDS.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } })
  const annotations = { 'backup-ns.sh/env-config': 'x', 'other/annotation': 'y' }
  content(cluster, { labels: { ...LABELS, 'app.kubernetes.io/instance': 'x' }, annotations, ...metadata }, spec, status)
  cluster.after = ({ verb, kind, name }) => {
    if (verb !== 'create' || kind !== KINDS.volumeSnapshot) return
    const made = cluster.all(KINDS.volumeSnapshot).find((one) => one.metadata.name === name)
    if (made !== undefined) cluster.put(KINDS.volumeSnapshot, { ...made, status: { readyToUse: true } })
  }
  return cluster
}

describe('contents say what their snapshots say', () => {
  test('56, O6: also what is gone; annotations too; never what belongs to others', async () => {
    const cluster = fakeCluster()
    const bound = { boundVolumeSnapshotContentName: 'old', readyToUse: true }
    const annotations = { 'backup-ns.sh/env-config': 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
    const one = cluster.put(
      KINDS.volumeSnapshot,
      snapshotOf('a', 's', { ...LABELS, 'team/x': '1' }, bound, { annotations }),
    )
    content(
      cluster,
      {
        labels: {
          'backup-ns.sh/weekly': 'w40',
          'foreign/label': 'stays',
          'salvage-kit.io/deletion-policy-was': 'Retain',
        },
      },
      { volumeSnapshotRef: { namespace: 'a', name: 's', uid: one.metadata.uid } },
    )
    expect(await mirrorMarks(cluster, { signal, now })).toEqual({ changed: 1, same: 0, unbound: 0, findings: [] })
    expect(cluster.all(KINDS.volumeSnapshotContent)[0]?.metadata).toMatchObject({
      labels: { ...LABELS, 'foreign/label': 'stays', 'salvage-kit.io/deletion-policy-was': 'Retain' },
      annotations: { 'backup-ns.sh/env-config': 'x' },
    })
    expect(cluster.all(KINDS.volumeSnapshotContent)[0]?.metadata.labels).not.toHaveProperty('backup-ns.sh/weekly')
    expect(await mirrorMarks(cluster, { signal, now })).toMatchObject({ changed: 0, same: 1 })
  })

  test('57, O6: one that is not bound is passed over, and told when it is a day old', async () => {
    const cluster = fakeCluster()
    cluster.put(
      KINDS.volumeSnapshot,
      snapshotOf('a', 'young', LABELS, {}, { creationTimestamp: '2026-11-21T11:00:00Z' }),
    )
    cluster.put(KINDS.volumeSnapshot, snapshotOf('a', 'old', LABELS, {}, { creationTimestamp: '2026-11-19T11:00:00Z' }))
    expect(await mirrorMarks(cluster, { signal, now })).toMatchObject({
      unbound: 1,
      findings: [{ code: 'MIRROR.UNBOUND', message: 'snapshot a/old has no content after 2d1h' }],
    })
  })

  test('one that names the content of another is told, and a failure ends nothing else', async () => {
    const cluster = fakeCluster()
    for (const name of ['s1', 's2', 's3']) {
      const status = { boundVolumeSnapshotContentName: `c-${name}` }
      const one = cluster.put(KINDS.volumeSnapshot, snapshotOf('a', name, LABELS, status))
      const uid = name === 's1' ? 'another' : one.metadata.uid
      content(cluster, { name: `c-${name}` }, { volumeSnapshotRef: { namespace: 'a', name, uid } })
    }
    cluster.before = ({ verb, name }) => {
      if (verb === 'patch' && name === 'c-s2') throw new SalvageError('K8S.REFUSED', 'no')
    }
    const report = await mirrorMarks(cluster, { signal, now })
    expect(report.findings.map(({ code }) => code)).toEqual(['MIRROR.FOREIGN_CONTENT', 'K8S.REFUSED'])
    expect(report.changed).toBe(1)
  })
})

describe('a content is bound again', () => {
  const options = { signal, rand: 'zzz', id: 'id-1', readyTimeoutMs: 50 }

  test('54: with a new pair that has its labels; the old one goes and its storage stays', async () => {
    const cluster = lost()
    expect(await rebind(cluster, 'old', options)).toEqual({
      namespace: 'a',
      snapshot: 'data-2026-11-21-003200-zzz',
      content: 'restoredvsc-id-1',
      replaced: true,
    })
    expect(cluster.all(KINDS.volumeSnapshotContent)).toMatchObject([
      {
        metadata: { name: 'restoredvsc-id-1', labels: { ...LABELS, 'salvage-kit.io/rebound-from': 'old' } },
        spec: { deletionPolicy: 'Retain', source: { snapshotHandle: 'handle-1' } },
      },
    ])
    const [made] = cluster.all(KINDS.volumeSnapshot)
    expect(made?.metadata).toMatchObject({ labels: LABELS, annotations: { 'backup-ns.sh/env-config': 'x' } })
    expect(Object.keys(made?.metadata.labels ?? {})).toEqual(Object.keys(LABELS))
    expect(made?.spec).toEqual({
      source: { volumeSnapshotContentName: 'restoredvsc-id-1' },
      volumeSnapshotClassName: 'csi',
    })
  })

  test.each([
    ['REBIND.NO_HANDLE', {}, {}, { snapshotHandle: '' }],
    ['REBIND.NO_CLASS', {}, { volumeSnapshotClassName: undefined }, {}],
    ['REBIND.POLICY', {}, { deletionPolicy: 'Delete' }, {}],
    ['REBIND.POLICY', { deletionTimestamp: '2026-11-21T00:00:00Z' }, {}, {}],
    ['REBIND.NO_NAMESPACE', {}, { volumeSnapshotRef: { namespace: 'b', name: 'x-y' } }, {}],
    ['REBIND.NO_CONTENT', { name: 'another' }, {}, {}],
  ])('%s before anything is made', async (code, metadata, spec, status) => {
    const cluster = lost(metadata, spec, status)
    await expect(rebind(cluster, 'old', options)).rejects.toMatchObject({ code, untouched: true })
    expect(cluster.calls.filter(({ verb }) => verb !== 'get')).toEqual([])
  })

  test('one whose snapshot stands is in use', async () => {
    const cluster = lost({}, { volumeSnapshotRef: { namespace: 'a', name: 's-x', uid: 'u' } })
    cluster.put(KINDS.volumeSnapshot, snapshotOf('a', 's-x', LABELS, {}, { uid: 'u' }))
    await expect(rebind(cluster, 'old', options)).rejects.toMatchObject({ code: 'REBIND.IN_USE' })
  })

  test('one that does not get ready leaves the old content, and a second call goes on', async () => {
    const cluster = lost()
    cluster.after = () => undefined
    await expect(rebind(cluster, 'old', options)).rejects.toMatchObject({ code: 'REBIND.NOT_READY' })
    expect(cluster.all(KINDS.volumeSnapshotContent)).toHaveLength(2)
    const [made] = cluster.all(KINDS.volumeSnapshot)
    if (made === undefined) throw new Error('no snapshot')
    cluster.put(KINDS.volumeSnapshot, { ...made, status: { readyToUse: true } })
    const again = await rebind(cluster, 'old', { ...options, rand: 'yyy', id: 'id-2' })
    expect(again).toMatchObject({ snapshot: 'data-2026-11-21-003200-zzz', content: 'restoredvsc-id-1', replaced: true })
    expect(cluster.all(KINDS.volumeSnapshotContent).map(({ metadata }) => metadata.name)).toEqual(['restoredvsc-id-1'])
  })
})
