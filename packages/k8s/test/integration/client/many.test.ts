import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { connect } from '../../../src/client/connect.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { mostConnections } from './sockets.ts'

/** The whole: `SALVAGE_SNAPSHOTS=10000`. */
const COUNT = Number(process.env['SALVAGE_SNAPSHOTS'] ?? 2000)
const options = { signal: new AbortController().signal }
const names = Array.from({ length: COUNT }, (_, at) => `snapshot-${String(at).padStart(5, '0')}`)

describe.skipIf(!part('kubernetes-api').available)(`${String(COUNT)} snapshots`, () => {
  it(
    'are made, listed page by page and as metadata, and removed, over 16 connections at most',
    { timeout: 600_000 },
    async () => {
      await using kubernetes = await kubernetesCluster({ level: 'api' })
      await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
      const scope = { namespace: 'default' }
      const most = await mostConnections(kubernetes.server, async () => {
        await Promise.all(
          names.map((name) => {
            const metadata = { name, namespace: 'default', labels: { half: name.endsWith('0') ? 'yes' : 'no' } }
            const spec = { source: { persistentVolumeClaimName: 'data' } }
            const manifest = { apiVersion: 'snapshot.storage.k8s.io/v1', kind: 'VolumeSnapshot', metadata, spec }
            return cluster.create(KINDS.volumeSnapshot, manifest, options)
          }),
        )
        const listed = await Array.fromAsync(cluster.list(KINDS.volumeSnapshot, scope, options))
        expect(listed.map(({ metadata }) => metadata.name)).toEqual(names)
        expect(listed[0]?.spec).toEqual({ source: { persistentVolumeClaimName: 'data' } })
        const metadata = await Array.fromAsync(cluster.listMetadata(KINDS.volumeSnapshot, scope, options))
        expect(metadata.map((one) => one.metadata.name)).toEqual(names)
        expect(Object.keys(metadata[0] ?? {})).toEqual(['metadata'])
        expect(metadata[0]?.metadata).not.toHaveProperty('managedFields')
        const labelled = cluster.listMetadata(KINDS.volumeSnapshot, { ...scope, labelSelector: 'half=yes' }, options)
        expect(await Array.fromAsync(labelled)).toHaveLength(COUNT / 10)
        await Promise.all(
          listed.map(({ metadata: { name, uid = '' } }) =>
            cluster.remove(KINDS.volumeSnapshot, { namespace: 'default', name }, { ...options, uid }),
          ),
        )
        expect(await Array.fromAsync(cluster.list(KINDS.volumeSnapshot, scope, options))).toEqual([])
      })
      expect(most).toBeGreaterThan(1)
      expect(most).toBeLessThanOrEqual(16)
    },
  )
})
