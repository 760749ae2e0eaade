import type { Store } from '@salvage-kit/core'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../../src/resource/kind.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import type { CsiSettings } from '../../../src/snapshot/settings.ts'
import { sweepCuts } from '../../../src/snapshot/sweep.ts'
import { kept, options, refOf } from './cut.ts'
import { mortal } from './mortal.ts'
import type { Tenant } from './tenant.ts'

const store: Store = { ref: 'csi:storms', crane: 'csi', settings: { retain: { by: 'tiers' } } }
const MOST_CALLS = 60

function settingsOf({ namespace }: Tenant): CsiSettings {
  return { namespaces: [namespace], class: 'csi-hostpath-snapclass' }
}

async function isKnown(runId: string): Promise<boolean> {
  return runId === 'known'
}

/** What processes leave that are killed at any call. */
export function stormSuite(theTenant: () => Tenant): void {
  describe('killed at any call', () => {
    it('leaves only what drop removes, and drop may be killed itself', async () => {
      const tenant = theTenant()
      const whole = csiSnapshotter(tenant.cluster, settingsOf(tenant))
      const source = await tenant.newClaim()
      const content = await tenant.read(source).catch(() => 'none')
      let died = 0
      const one = async (calls: number): Promise<boolean> => {
        const ref = kept(await refOf(whole, source), store)
        const cluster = mortal(tenant.cluster, calls)
        const dying = csiSnapshotter(cluster, settingsOf(tenant))
        const work = async (): Promise<void> => {
          await dying.take(ref, options)
          await dying.expose(ref, options)
          await dying.keeps?.keep(ref, options)
          await dying.conceal(ref, options)
        }
        await work().catch(() => undefined)
        if (cluster.isDead()) died += 1
        const dropping = csiSnapshotter(mortal(tenant.cluster, 1 + (calls % 4)), settingsOf(tenant))
        await dropping.drop(ref, options).catch(() => undefined)
        await whole.drop(ref, options)
        return cluster.isDead()
      }
      for (let calls = 1, anyDied = true; anyDied && calls < MOST_CALLS; calls += 6)
        anyDied = (await Promise.all([0, 1, 2, 3, 4, 5].map(async (more) => one(calls + more)))).some(Boolean)
      expect(died).toBeGreaterThan(8)
      expect(await tenant.leftovers()).toEqual([])
      await expect.poll(async () => contentsOf(tenant), { timeout: 10_000 }).toEqual([])
      expect(await tenant.read(source).catch(() => 'none')).toBe(content)
    })

    it('leaves only what the sweep removes where the journal is lost: what is kept, young or known stays', async () => {
      const tenant = theTenant()
      const whole = csiSnapshotter(tenant.cluster, settingsOf(tenant))
      const source = await tenant.newClaim()
      const refs = await Promise.all(['lost', 'known', 'kept'].map(async (runId) => refOf(whole, source, runId)))
      await Promise.all(
        refs.map(async (ref) => {
          const named = ref.runId === 'kept' ? kept(ref, store) : ref
          await whole.take(named, options)
          await whole.expose(named, options)
          if (ref.runId === 'kept') await whole.keeps?.keep(kept(ref, store), options)
        }),
      )
      const all = (await tenant.leftovers()).toSorted()
      expect(all).toHaveLength(6)
      const sweep = async (laterMs: number): Promise<void> =>
        sweepCuts(
          tenant.cluster,
          { namespaces: [tenant.namespace], isKnown, now: new Date(Date.now() + laterMs) },
          options,
        )
      await sweep(0)
      expect((await tenant.leftovers()).toSorted()).toEqual(all)
      for (const laterMs of [7_200_000, 7_200_000]) await sweep(laterMs)
      expect((await tenant.leftovers()).map((name) => name.replace(/-s\d+$/, '')).toSorted()).toEqual([
        'kept',
        'known',
        'salvage-known',
      ])
    })

    it('is told the words of a driver that fails, and leaves nothing', async () => {
      const tenant = theTenant()
      const name = `${tenant.namespace}-fails`
      await tenant.kubernetes.apply(snapshotClass(name, { failWith: 'the pool is full' }))
      const failing = csiSnapshotter(tenant.cluster, { namespaces: [tenant.namespace], class: name, errorMs: 1000 })
      await tenant.removeAll()
      const ref = await refOf(failing, await tenant.newClaim())
      const failure: unknown = await failing.take(ref, options).catch((error: unknown) => error)
      expect(failure).toMatchObject({ code: 'CSI.CUT_FAILED', why: expect.stringContaining('the pool is full') })
      await failing.drop(ref, options)
      expect(await tenant.leftovers()).toEqual([])
      await expect.poll(async () => contentsOf(tenant), { timeout: 10_000 }).toEqual([])
      await tenant.kubernetes.kubectl(['delete', 'volumesnapshotclass', name])
    })
  })
}

/** What stands on the storage for snapshots of the namespace, also of those that are gone. */
async function contentsOf({ admin, namespace }: Tenant): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { spec } of admin.list(KINDS.volumeSnapshotContent, {}, options))
    if (JSON.stringify(spec).includes(`"${namespace}"`)) found.push(JSON.stringify(spec))
  return found
}

/** A class of the testbed's driver. */
export function snapshotClass(name: string, parameters: { readonly [key: string]: string }): object {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name },
    driver: 'hostpath.csi.salvage-kit.test',
    deletionPolicy: 'Delete',
    parameters,
  }
}
