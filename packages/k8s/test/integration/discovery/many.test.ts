import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import type { Cluster, Manifest } from '../../../src/index.ts'
import { connect, DISCOVERY_PERMISSIONS, kubernetesDiscovery, KINDS, roleFor } from '../../../src/index.ts'
import type { ResourceKind } from '../../../src/resource/kind.ts'
import { mostConnections } from '../client/sockets.ts'

const options = { signal: new AbortController().signal }
const namespace = 'crowd'
/** 5,000 take some minutes to be made: `SALVAGE_CLAIMS=5000`. */
const CLAIMS = Number(process.env['SALVAGE_CLAIMS'] ?? 100)
const PODS = CLAIMS * 2
const AT_ONCE = 64

describe.skipIf(!part('kubernetes-api').available)(`${CLAIMS} claims and ${PODS} pods`, () => {
  it('are surveyed by a tenant over 16 connections at most', { timeout: 1_800_000 }, async () => {
    await using kubernetes = await kubernetesCluster({ level: 'api' })
    await kubernetes.kubectl(['create', 'namespace', namespace])
    const kubeconfig = await kubernetes.serviceAccount(namespace, 'tenant')
    const subject = { kind: 'ServiceAccount', name: 'tenant' } as const
    await kubernetes.apply(roleFor(DISCOVERY_PERMISSIONS, { namespace, subject }))
    await fill(kubernetes.kubeconfig)
    await using cluster = await connect({ kubeconfig, environment: {} })
    const discovery = kubernetesDiscovery(cluster, { namespaces: [namespace] })
    const began = performance.now()
    const before = process.memoryUsage().rss
    let peak = before
    const look = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss)
    }, 50)
    const most = await mostConnections(kubernetes.server, async () => {
      const { targets, workloads, problems } = await discovery.survey(options)
      expect([targets.length, workloads.length, problems]).toEqual([CLAIMS, PODS, []])
      expect(workloads[0]?.uses).toEqual([`k8s:${namespace}/data-0`])
      expect(targets[0]?.tides).toEqual(['nightly'])
    })
    clearInterval(look)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const megabytes = Math.round((peak - before) / 1e6)
    console.log(
      `survey of ${CLAIMS} claims, ${PODS} pods: ${seconds} s, ${most} connections, ${megabytes} MB more memory`,
    )
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(16)
  })
})

/** Its connections are closed when it is done. */
async function fill(kubeconfig: string): Promise<void> {
  await using admin = await connect({ kubeconfig, environment: {} })
  await make(admin, KINDS.claim, CLAIMS, claim)
  await make(admin, KINDS.pod, PODS, pod)
}

async function make(cluster: Cluster, kind: ResourceKind, count: number, of: (at: number) => Manifest): Promise<void> {
  let at = 0
  const worker = async (): Promise<void> => {
    while (at < count) {
      const mine = at
      at += 1
      await cluster.create(kind, of(mine), options)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

function claim(at: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `data-${at}`, namespace, annotations: { 'salvage-kit.io/tides': 'nightly' } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
}

function pod(at: number): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${at}`, namespace, labels: { app: `app-${at}` } },
    spec: {
      serviceAccountName: 'tenant',
      containers: [{ name: 'main', image: 'busybox', env: [{ name: 'A', value: 'b'.repeat(500) }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-${at % CLAIMS}` } }],
    },
  }
}
