import type { Store } from '@salvage-kit/core'
import { describe, expect, it, vi } from 'vitest'
import { connect } from '../../../src/client/connect.ts'
import { claimProvisioner } from '../../../src/provision/claim-provisioner.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { kept, options, refOf } from './cut.ts'
import { snapshotClass } from './storms.ts'
import type { Tenant } from './tenant.ts'

const store: Store = { ref: 'csi:cuts', crane: 'csi', settings: {} }
/** Writes numbers to two files in turn, each on the disk before the next. */
const WRITER = 'n=0; while :; do n=$((n+1)); for f in one two; do echo $n >> /data/$f; sync /data/$f; done; done'

function pod(namespace: string, name: string, claim: string, script: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'salvage-test/busybox',
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script],
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
    },
  }
}

function make({ cluster, namespace }: Tenant, name = 'csi-hostpath-snapclass'): ReturnType<typeof csiSnapshotter> {
  return csiSnapshotter(cluster, { namespaces: [namespace], class: name })
}

async function start(tenant: Tenant, name: string, claim: string, script: string): Promise<void> {
  await tenant.kubernetes.apply(pod(tenant.namespace, name, claim, script))
  await tenant.kubectl('wait', '--for=condition=Ready', '--timeout=60s', `pod/${name}`)
}

/** Cuts of claims that pods use. */
export function cutSuite(theTenant: () => Tenant): void {
  describe.concurrent('a cut', () => {
    it('is of one moment while a pod writes, and has every row from before it', async () => {
      const tenant = theTenant()
      const snapshotter = make(tenant)
      const source = await tenant.newClaim()
      await start(tenant, 'writer', source.name, WRITER)
      const rows = async (of: typeof source, file: string): Promise<number> =>
        Number((await tenant.read(of, file)).trim().split('\n').at(-1))
      await vi.waitFor(async () => expect(await rows(source, 'two')).toBeGreaterThan(0), { timeout: 30_000 })
      for (const round of [1, 2, 3]) {
        const ref = await refOf(snapshotter, source)
        const before = await rows(source, 'two')
        await snapshotter.take(ref, options)
        const after = await rows(source, 'one')
        const exposed = claimOf(await snapshotter.expose(ref, options))
        const [one, two] = [await rows(exposed, 'one'), await rows(exposed, 'two')]
        expect(one - two, `round ${String(round)}: ${String(one)} and ${String(two)}`).toBeOneOf([0, 1])
        expect(two).toBeGreaterThanOrEqual(before)
        expect(one).toBeLessThanOrEqual(after)
        await snapshotter.drop(ref, options)
      }
      await tenant.kubectl('delete', 'pod', 'writer', '--wait=false')
    })

    it('is taken before it is ready, and kept only then', async () => {
      const tenant = theTenant()
      const name = `${tenant.namespace}-slow`
      await tenant.kubernetes.apply(snapshotClass(name, { readyAfter: '3s' }))
      const slow = make(tenant, name)
      const source = await tenant.newClaim()
      await tenant.write(source, 'before')
      const ref = kept(await refOf(slow, source), store)
      const isReady = async (): Promise<unknown> => {
        const { namespace } = tenant
        const found = await tenant.admin.get(KINDS.volumeSnapshot, { namespace, name: ref.id }, options)
        return found?.status
      }
      await slow.take(ref, options)
      expect(await isReady()).toMatchObject({ readyToUse: false })
      await tenant.write(source, 'after')
      const archive = await slow.keeps?.keep(ref, options)
      expect(await isReady()).toMatchObject({ readyToUse: true })
      expect(archive?.point).toMatchObject({ state: 'good', target: ref.target, runId: ref.runId })
      expect(await tenant.read(await slow.expose(ref, options))).toBe('before')
      await slow.drop(ref, options)
      await tenant.kubernetes.kubectl(['delete', 'volumesnapshotclass', name])
    })

    it('of a claim that waited for a pod is shown to a pod, and becomes a claim that waits for one', async () => {
      const tenant = theTenant()
      const snapshotter = make(tenant)
      const source = await tenant.newClaim('csi-hostpath-wait')
      expect(await snapshotter.probe(source, options)).toMatchObject({ supported: false })
      await start(tenant, 'first', source.name, 'echo content > /data/file; sync /data/file; exec sleep 600')
      await vi.waitFor(async () => expect(await tenant.read(source)).toBe('content\n'), { timeout: 30_000 })
      const ref = kept(await refOf(snapshotter, source), store)
      await snapshotter.take(ref, options)
      const point = (await snapshotter.keeps?.keep(ref, options))?.point
      if (point === undefined) throw new Error('nothing was kept')
      const exposed = claimOf(await snapshotter.expose(ref, options))
      const provisioner = claimProvisioner(tenant.cluster)
      const to = `k8s:${tenant.namespace}/restored` as const
      const token = await provisioner.prepareFrom?.(to, { point, store }, 'restore', options)
      const place = claimOf(await provisioner.create(token ?? null, options))
      const reads = (name: string, claim: string): Promise<void> =>
        start(tenant, name, claim, 'cat /data/file; exec sleep 600')
      await Promise.all([reads('shown', exposed.name), reads('restored', place.name)])
      for (const name of ['shown', 'restored']) expect(await tenant.kubectl('logs', name)).toBe('content\n')
      await tenant.kubectl('delete', 'pod', 'first', 'shown', 'restored', '--wait=false')
      await snapshotter.drop(ref, options)
      expect(await tenant.kubectl('get', 'pvc', 'restored', '-o', 'name')).toContain('restored')
    })

    it('is not begun without the rights, and the hint is the Role that is missing, with its binding', async () => {
      const tenant = theTenant()
      const { kubernetes, namespace } = tenant
      const kubeconfig = await kubernetes.serviceAccount(namespace, 'nobody')
      await using cluster = await connect({ kubeconfig, namespace, environment: {} })
      const { keeps } = csiSnapshotter(cluster, { namespaces: [namespace] })
      const source = { medium: 'pvc', namespace, name: 'data-1' } as const
      const ask = async (): Promise<unknown> =>
        keeps?.preflight?.(store, [source], { ...options, init: false }).catch((error: unknown) => error)
      const refused = await ask()
      expect(refused).toMatchObject({ code: 'CSI.RIGHTS', untouched: true })
      const { hint = '' } = refused instanceof Error && 'hint' in refused ? { hint: String(refused.hint) } : {}
      await kubernetes.apply(hint.slice(hint.indexOf('\n') + 1))
      await vi.waitFor(async () => expect(await ask()).toBeUndefined(), { timeout: 10_000 })
    })
  })
}
