import { kubernetesCluster, part, type KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/client/cluster.ts'
import { connect } from '../../../src/client/connect.ts'
import { mirrorMarks } from '../../../src/retention/mirror.ts'
import { rebind } from '../../../src/retention/rebind.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { daily, putNamespace, putSnapshot } from './fleet.ts'

const signal = new AbortController().signal
const today = new Date('2026-11-21T12:00:00Z')

describe.skipIf(!part('kubernetes-api').available)('contents on a real API server', () => {
  let kubernetes: KubernetesCluster
  let admin: Cluster
  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
    admin = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
  })
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]()
    await kubernetes?.[Symbol.asyncDispose]()
  })

  it('54, 56: contents say what snapshots say; a content whose snapshot is gone is bound again', async () => {
    await putNamespace(admin, 's54')
    const [namespace, name] = ['s54', 'data-2026-11-21-003200-abcdef']
    await putSnapshot(admin, {
      namespace,
      name,
      labels: daily('2026-11-21'),
      cut: '2026-11-21T00:32:00Z',
      content: true,
    })
    expect(await mirrorMarks(admin, { signal, now: today, namespaces: [namespace] })).toMatchObject({
      changed: 1,
      findings: [],
    })
    const content = `content-${namespace}-${name}`
    const found = await admin.get(KINDS.volumeSnapshotContent, { name: content }, { signal })
    expect(found?.metadata.labels).toEqual(daily('2026-11-21'))
    await admin.patch(
      KINDS.volumeSnapshotContent,
      { name: content },
      { type: 'merge', body: { spec: { volumeSnapshotClassName: 'csi' } } },
      { signal },
    )
    const handle = { status: { snapshotHandle: 'handle-54' } }
    const at = { name: content, subresource: 'status' }
    await admin.patch(KINDS.volumeSnapshotContent, at, { type: 'merge', body: handle }, { signal })
    const options = { signal, rand: 'zzzzzz', id: 'id-54', readyTimeoutMs: 60_000 }
    await expect(rebind(admin, content, options)).rejects.toMatchObject({ code: 'REBIND.IN_USE' })
    await admin.remove(KINDS.volumeSnapshot, { namespace, name }, { signal })
    const bound = rebind(admin, content, options)
    const snapshot = { namespace, name: 'data-2026-11-21-003200-zzzzzz' }
    await expect
      .poll(async () => admin.get(KINDS.volumeSnapshot, snapshot, { signal }), { timeout: 60_000 })
      .toBeDefined()
    const status = { readyToUse: true, creationTime: '2026-11-21T00:32:00Z' }
    await admin.patch(
      KINDS.volumeSnapshot,
      { ...snapshot, subresource: 'status' },
      { type: 'merge', body: { status } },
      { signal },
    )
    expect(await bound).toMatchObject({ snapshot: snapshot.name, content: 'restoredvsc-id-54', replaced: true })
    expect((await admin.get(KINDS.volumeSnapshot, snapshot, { signal }))?.metadata.labels).toEqual(daily('2026-11-21'))
    expect(await admin.get(KINDS.volumeSnapshotContent, { name: content }, { signal })).toBeUndefined()
  })
})
