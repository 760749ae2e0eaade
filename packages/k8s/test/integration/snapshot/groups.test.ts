import { randomBytes } from 'node:crypto'
import { part } from '@salvage-kit/testbed'
import { makePlan, memoryCatalog, memoryJournal, memoryLocks, newRunId, probe, run, survey } from '@salvage-kit/core'
import type { ClaimSource, Rig, SnapshotRef, Store } from '@salvage-kit/core'
import { snapshotterContract } from '@salvage-kit/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { kubernetes } from '../../../src/kubernetes.ts'
import { claimProvisioner } from '../../../src/provision/claim-provisioner.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { csiSnapshotter } from '../../../src/snapshot/csi-snapshotter.ts'
import { claimOf } from '../../../src/snapshot/claim-of.ts'
import { sweepCuts } from '../../../src/snapshot/sweep.ts'
import { kept, options } from './cut.ts'
import { newLockstep, type Lockstep } from './lockstep.ts'
import { mortal } from './mortal.ts'

const store: Store = { ref: 'csi:groups', crane: 'csi', settings: {} }
describe.skipIf(!part('kubernetes').available)('claims that one pod writes in lockstep', () => {
  let there: Lockstep
  beforeAll(async () => {
    there = await newLockstep()
  })
  afterAll(async () => there?.tenant[Symbol.asyncDispose]())

  snapshotterContract('csi, together', async () => {
    const [source, other] = [await there.tenant.newClaim(), await there.tenant.newClaim()]
    const write = (of: ClaimSource) => async (text: string) => there.tenant.write(of, text)
    return {
      snapshotter: there.make(),
      again: () => there.make(),
      source,
      write: write(source),
      beside: { source: other, write: write(other) },
      read: there.tenant.read,
      leftovers: async () => [...(await there.groups()), ...(await there.tenant.leftovers())],
      [Symbol.asyncDispose]: async () => {
        for (const claim of [source, other]) await there.tenant.admin.remove(KINDS.claim, claim, options)
      },
    }
  })

  it('are cut at one instant, which one after the other are not', async () => {
    const snapshotter = there.make()
    const pair = async (refs: readonly SnapshotRef[]): Promise<number> => {
      const [one, two] = await Promise.all(
        refs.map(async (ref) => there.last(claimOf(await snapshotter.expose(ref, options)))),
      )
      for (const ref of refs) await there.make().drop(ref, options)
      expect(two).toBeGreaterThan(0)
      return (one ?? 0) - (two ?? 0)
    }
    for (const round of [1, 2, 3]) {
      const refs = await there.refsOf()
      await snapshotter.takeTogether?.(refs, options)
      expect(await there.marks()).toEqual([undefined, undefined])
      expect(await pair(refs), `round ${String(round)}`).toBeOneOf([0, 1])
      expect([await there.groups(), await there.tenant.leftovers()]).toEqual([[], []])
    }
    const [one, two] = await there.refsOf()
    const alone = [one, two].map(({ id, runId, target, source, token }) => ({ id, runId, target, source, token }))
    for (const ref of alone) await snapshotter.take(ref, options)
    expect(await pair(alone)).toBeLessThan(0)
  }, 240_000)

  it('are kept and removed one by one, and the group goes with the last', async () => {
    const [first, second] = await there.refsOf()
    const [one, two] = [kept(first, store), kept(second, store)]
    await there.make().takeTogether?.([one, two], options)
    const keeper = there.make().keeps
    if (keeper === undefined) throw new Error('nothing is kept')
    const points = [(await keeper.keep(one, options)).point, (await keeper.keep(two, options)).point] as const
    expect(points.map(({ target }) => target)).toEqual([one.target, two.target])
    const listed = async (): Promise<readonly string[]> => {
      const ids: string[] = []
      for await (const { id } of there.make().keeps?.points.list(store, options) ?? []) ids.push(id)
      return ids
    }
    expect(await listed()).toHaveLength(2)
    await keeper.points.remove([points[0]], store, options)
    expect(await listed()).toEqual([points[1].id])
    expect(await there.groups()).toHaveLength(1)
    expect(await there.last(claimOf(await there.make().expose(two, options)))).toBeGreaterThan(0)
    await there.make().conceal(two, options)
    await keeper.points.remove([points[1]], store, options)
    expect([await listed(), await there.groups(), await there.tenant.leftovers()]).toEqual([[], [], []])
  }, 240_000)

  it('are one cut of a run that leaves the pod up, and two points', async () => {
    const { cluster, namespace } = there.tenant
    const backend = kubernetes(cluster, {
      namespaces: [namespace],
      snapshotClass: 'csi-hostpath-snapclass',
      groupSnapshotClass: 'csi-hostpath-groupsnapclass',
    })
    const [journal, locks, catalog] = [memoryJournal(), memoryLocks(), memoryCatalog()]
    const rig: Rig = { backends: [backend], journal, locks, catalog, report: () => undefined, now: () => new Date() }
    const targets = there.sources.map(({ name }) => `k8s:${namespace}/${name}` as const)
    const tide = { targets, snapshots: store, grouping: 'smart', maxHoldMs: 60_000, maxConcurrent: 2 } as const
    const found = await survey(rig, options)
    const can = await probe(rig, found, { ...options, stores: [], snapshots: store })
    const runId = newRunId(new Date(), randomBytes(3).toString('hex'))
    const plan = makePlan(found, can, tide, { runId, now: new Date(), machine: 'test' })
    expect(plan.groups).toMatchObject([{ targets, left: [{}], whileQuiesced: [{}, {}] }])
    const report = await run(rig, plan)
    expect(report.outcome).toBe('good')
    expect(await there.groups()).toEqual([`${runId}-t1`])
    expect([await there.marks(), await journal.pending()]).toEqual([[undefined, undefined], []])
    const points = report.groups.flatMap((group) => group.targets.flatMap(({ kept: point }) => point ?? []))
    expect(points.map(({ target }) => target).toSorted()).toEqual(targets)
    const provisioner = claimProvisioner(cluster)
    const restored = await Promise.all(
      targets.map(async (target, at) => {
        const point = points.find((one) => one.target === target)
        if (point === undefined) throw new Error(`no point of ${target}`)
        const to = `k8s:${namespace}/again-${String(at)}` as const
        const token = await provisioner.prepareFrom?.(to, { point, store }, 'restore', options)
        return claimOf(await provisioner.create(token ?? null, options))
      }),
    )
    const [one = 0, two = 0] = await Promise.all(restored.map(there.last))
    expect(one - two).toBeOneOf([0, 1])
    for (const claim of restored) await there.tenant.admin.remove(KINDS.claim, claim, options)
    await there.make().keeps?.points.remove(points, store, options)
    expect([await there.groups(), await there.tenant.leftovers()]).toEqual([[], []])
  }, 120_000)

  it('are told the words of a driver that fails, and leave nothing', async () => {
    const { kubernetes: whole, cluster, namespace } = there.tenant
    const name = `${namespace}-fails`
    await whole.apply({
      apiVersion: 'groupsnapshot.storage.k8s.io/v1',
      kind: 'VolumeGroupSnapshotClass',
      metadata: { name },
      driver: 'hostpath.csi.salvage-kit.test',
      deletionPolicy: 'Delete',
      parameters: { failWith: 'the pool is full' },
    })
    const failing = csiSnapshotter(cluster, { namespaces: [namespace], groupClass: name, errorMs: 1000 })
    const refs = await there.refsOf(failing)
    const failure: unknown = await failing.takeTogether?.(refs, options).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CSI.CUT_FAILED', why: expect.stringContaining('the pool is full') })
    await Promise.all(refs.map(async (ref) => failing.drop(ref, options)))
    expect([await there.groups(), await there.tenant.leftovers()]).toEqual([[], []])
    expect(await there.marks()).toEqual([undefined, undefined])
    await vi.waitFor(async () => expect(await there.contents()).toBe(0), { timeout: 30_000 })
    await whole.kubectl(['delete', 'volumegroupsnapshotclass', name])
  }, 60_000)

  it('are not cut when one of them is not the one that was meant', async () => {
    const [one, two] = await there.refsOf()
    const other = { ...one, token: two.token }
    const cut = there.make().takeTogether?.([other, two], options)
    await expect(cut).rejects.toMatchObject({ code: 'CSI.CLAIM_CHANGED' })
    for (const ref of [other, two]) await there.make().drop(ref, options)
    expect([await there.groups(), await there.marks()]).toEqual([[], [undefined, undefined]])
  })

  it('leave nothing when nobody waits for the cut', async () => {
    const refs = await there.refsOf()
    const aborted = new AbortController()
    const cut = there.make().takeTogether?.(refs, { signal: aborted.signal })
    setTimeout(() => aborted.abort(), 30)
    await expect(cut).rejects.toThrow()
    await Promise.all(refs.map(async (ref) => there.make().drop(ref, options)))
    expect([await there.groups(), await there.tenant.leftovers(), await there.marks()]).toEqual([
      [],
      [],
      [undefined, undefined],
    ])
    await vi.waitFor(async () => expect(await there.contents()).toBe(0), { timeout: 30_000 })
  }, 120_000)

  it('leave nothing when a process dies in the middle, once another has dropped both', async () => {
    let died = 0
    for (let calls = 2; ; calls += 3) {
      const [one, two] = await there.refsOf()
      const cluster = mortal(there.tenant.cluster, calls)
      const snapshotter = there.make(cluster)
      const work = async (): Promise<void> => {
        await snapshotter.takeTogether?.([one, two], options)
        await snapshotter.expose(one, options)
        await Promise.all([one, two].map(async (ref) => snapshotter.drop(ref, options)))
      }
      await work().catch((error: unknown) => {
        if (!cluster.isDead()) throw error
      })
      await Promise.all([one, two].map(async (ref) => there.make().drop(ref, options)))
      const left = [await there.groups(), await there.tenant.leftovers(), await there.marks()]
      expect(left, `killed at call ${String(calls)}`).toEqual([[], [], [undefined, undefined]])
      if (!cluster.isDead()) break
      died += 1
    }
    expect(died).toBeGreaterThan(5)
    await vi.waitFor(async () => expect(await there.contents()).toBe(0), { timeout: 30_000 })
  }, 240_000)

  it('whose run nobody knows any more are swept, and one that goes alone goes with the sweep', async () => {
    const sweep = async (isKnown: boolean): Promise<void> =>
      sweepCuts(
        there.tenant.cluster,
        { namespaces: [there.tenant.namespace], now: new Date(), olderThanMs: 0, isKnown: async () => isKnown },
        options,
      )
    const unknown = await there.refsOf()
    await there.make().takeTogether?.(unknown, options)
    await there.make().expose(unknown[0], options)
    await sweep(true)
    expect(await there.groups()).toHaveLength(1)
    await sweep(false)
    expect([await there.groups(), await there.tenant.leftovers()]).toEqual([[], []])
    const [one, two] = await there.refsOf()
    const both = [kept(one, store), kept(two, store)] as const
    await there.make().takeTogether?.(both, options)
    for (const ref of both) await there.make().keeps?.keep(ref, options)
    await there.tenant.kubectl('delete', 'volumesnapshots', '--all', '--wait=false')
    await sweep(true)
    expect([await there.groups(), await there.tenant.leftovers()]).toEqual([[], []])
    await vi.waitFor(async () => expect(await there.contents()).toBe(0), { timeout: 30_000 })
  }, 120_000)
})
