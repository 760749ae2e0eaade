import type { KeptRef, SnapshotRef, Snapshotter } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import type { Cluster } from '../../src/client/cluster.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { letGo } from '../../src/retention/let-go.ts'
import { csiSnapshotter } from '../../src/snapshot/csi-snapshotter.ts'
import { sweepCuts } from '../../src/snapshot/sweep.ts'
import { GROUPS, groupWorld, type GroupWorld } from '../group-world.ts'
import { mortal } from '../integration/snapshot/mortal.ts'
import { options, refsOf, RUN, said, settings } from './group-refs.ts'

it('says what can be cut together only where the API, the rights and a class are there', async () => {
  const there = groupWorld()
  const [one, two] = there.sources
  const able = await said(there.process(), one)
  expect(able).toContain('groups')
  expect(await said(there.process(), two)).toBe(able)
  expect(await said({ ...there.process(), served: async () => undefined }, one)).toBeUndefined()
  expect(await said(there.process(), one, { groupClass: false })).toBeUndefined()
  expect(await said(there.process(), one, { groupClass: 'none' })).toBeUndefined()
  const asked: string[] = []
  const poor: Cluster = {
    ...there.process(),
    missing: async (_namespace, wanted) => wanted.filter(({ group }) => group === 'groupsnapshot.storage.k8s.io'),
    served: async (group) => {
      asked.push(group)
      return 'v1'
    },
  }
  expect(await said(poor, one, { groupClass: 'groups' })).toBeUndefined()
  // Nothing outside of the namespace is asked for without the rights.
  expect(asked).toEqual([])
  const tenant: Cluster = {
    ...there.process(),
    missing: async (namespace, wanted) => (namespace === '' ? wanted : []),
  }
  expect(await said(tenant, one)).toBeUndefined()
  expect(await said(tenant, one, { groupClass: 'groups' })).toContain('groups')
})

it('marks the members of a group as its own cuts, and takes the labels off the claims', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const snapshotter = csiSnapshotter(there.process(), settings)
  const notes = [{ workload: 'k8s:ns/statefulset/db', quiescer: 'k8s.dump', note: { bytes: 7 } }]
  await snapshotter.takeTogether?.(refs, { ...options, notes })
  const [group, ...more] = there.fake.all(GROUPS)
  expect(more).toEqual([])
  expect(group?.metadata).toMatchObject({ name: `${RUN}-t1`, labels: { 'salvage-kit.io/run-id': RUN } })
  expect(group?.spec).toMatchObject({ volumeGroupSnapshotClassName: 'groups' })
  expect(there.fake.all(KINDS.claim).some(({ metadata }) => 'salvage-kit.io/group' in (metadata.labels ?? {}))).toBe(
    false,
  )
  const other = csiSnapshotter(there.process(), settings)
  const archive = await other.keeps?.keep(refs[0], options)
  expect(archive?.point).toMatchObject({ target: 'k8s:ns/one', runId: RUN })
  expect(archive?.point).not.toHaveProperty('machine')
  const member = there.fake.all(KINDS.volumeSnapshot).find(({ metadata }) => metadata.labels !== undefined)
  expect(member?.spec).toEqual({ source: { persistentVolumeClaimName: 'one' } })
  expect(member?.metadata.labels).toMatchObject({
    'salvage-kit.io/snapshot': `${RUN}-s1`,
    'backup-ns.sh/pvc': 'one',
    'backup-ns.sh/daily': '2026-11-21',
  })
  expect(JSON.parse(member?.metadata.annotations?.['salvage-kit.io/rest'] ?? '')).toEqual(notes)
})

it('does not take a claim that was made anew for the one that was meant', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const found = there.fake.all(KINDS.claim).find(({ metadata }) => metadata.name === 'two')
  if (found === undefined) throw new Error('no claim')
  there.fake.put(KINDS.claim, { ...found, metadata: { namespace: 'ns', name: 'two', uid: 'another' } })
  const snapshotter = csiSnapshotter(there.process(), settings)
  await expect(snapshotter.takeTogether?.(refs, options)).rejects.toMatchObject({ code: 'CSI.CLAIM_CHANGED' })
  expect(there.fake.all(GROUPS)).toEqual([])
  for (const ref of refs) await snapshotter.drop(ref, options)
  expect(there.leftovers()).toEqual([])
})

it('leaves a group of that name alone that somebody else made', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const metadata = { namespace: 'ns', name: `${RUN}-t1`, labels: { of: 'somebody' } }
  there.fake.put(GROUPS, { apiVersion: 'groupsnapshot.storage.k8s.io/v1', kind: GROUPS.kind, metadata })
  const snapshotter = csiSnapshotter(there.process(), settings)
  await expect(snapshotter.takeTogether?.(refs, options)).rejects.toMatchObject({ code: 'CSI.NAME_TAKEN' })
  for (const ref of refs) await snapshotter.drop(ref, options)
  expect(there.leftovers()).toEqual([`${RUN}-t1`])
})

it('goes when a pruner has removed the members, however far apart', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const snapshotter = csiSnapshotter(there.process(), settings)
  await snapshotter.takeTogether?.(refs, options)
  for (const ref of refs) await snapshotter.keeps?.keep({ ...ref, keep: refs[0].keep }, options)
  const members = there.fake.all(KINDS.volumeSnapshot).map(({ metadata: { name, uid = '' } }) => {
    return { namespace: 'ns', name, uid }
  })
  expect(members).toHaveLength(2)
  for (const [left, member] of [...members.entries()].map(([at, one]) => [members.length - 1 - at, one] as const)) {
    await there.fake.remove(KINDS.volumeSnapshot, member, options)
    expect(there.fake.all(GROUPS)).toHaveLength(1)
    await letGo(there.process(), [member], options)
    expect(there.fake.all(GROUPS)).toHaveLength(Math.min(left, 1))
  }
  expect(there.leftovers()).toEqual([])
})

/** A run that keeps one and reads the other. */
async function work(snapshotter: Snapshotter, [kept, other]: readonly [KeptRef, SnapshotRef]): Promise<void> {
  await snapshotter.takeTogether?.([kept, other], options)
  await snapshotter.keeps?.keep(kept, options)
  await snapshotter.expose(other, options)
  await snapshotter.conceal(other, options)
  await snapshotter.drop(other, options)
  await snapshotter.drop(kept, options)
}

async function killedAtEveryCall(after: (there: GroupWorld, calls: number) => Promise<void>): Promise<number> {
  for (let calls = 1; ; calls += 1) {
    const there = groupWorld()
    const refs = await refsOf(there)
    const cluster = mortal(there.process(), calls)
    await work(csiSnapshotter(cluster, settings), refs).catch((error: unknown) => {
      if (!cluster.isDead()) throw error
    })
    const died = cluster.isDead()
    await after(there, calls)
    if (!died) return calls
  }
}

it('leaves nothing wherever it is killed, once another process has dropped both', async () => {
  const calls = await killedAtEveryCall(async (there, at) => {
    const refs = await refsOf(there)
    const snapshotter = csiSnapshotter(there.process(), settings)
    await Promise.all(refs.map(async (ref) => snapshotter.drop(ref, options)))
    await Promise.all(refs.map(async (ref) => snapshotter.drop(ref, options)))
    expect(there.leftovers(), `killed at call ${String(at)}`).toEqual([])
  })
  expect(calls).toBeGreaterThan(30)
}, 60_000)

async function sweep(there: GroupWorld, isKnown: boolean): Promise<void> {
  await sweepCuts(
    there.process(),
    { namespaces: ['ns'], now: new Date('2026-11-22T08:00:00Z'), isKnown: async () => isKnown, goneMs: 100 },
    options,
  )
}

it('leaves only what is kept, wherever it is killed and the journal is lost, once it was swept', async () => {
  let withKept = 0
  await killedAtEveryCall(async (there, at) => {
    // What nobody needs goes whoever knows of the run.
    const isDone = there.fake
      .all(GROUPS)
      .some(
        ({ metadata: { annotations = {} } }) =>
          Object.keys(annotations).filter((key) => key.startsWith('gone.')).length === 2,
      )
    const standing = (): readonly string[] =>
      isDone
        ? []
        : there.fake.all(KINDS.volumeSnapshot).flatMap(({ metadata: { name, labels, deletionTimestamp } }) => {
            const isKept = labels?.['salvage-kit.io/kept'] !== undefined && deletionTimestamp === undefined
            return isKept ? name : []
          })
    const kept = standing()
    const before = there.leftovers()
    await sweep(there, true)
    if (kept.length > 0) expect(there.leftovers(), `known, killed at call ${String(at)}`).toEqual(before)
    await sweep(there, false)
    await there.later()
    expect(standing(), `killed at call ${String(at)}`).toEqual(kept)
    if (kept.length === 0) expect(there.leftovers(), `killed at call ${String(at)}`).toEqual([])
    else withKept += 1
  })
  expect(withKept).toBeGreaterThan(3)
}, 60_000)

it('leaves a group whose run keeps a member and ends while the sweep asks for it', async () => {
  const there = groupWorld()
  const refs = await refsOf(there)
  const snapshotter = csiSnapshotter(there.process(), settings)
  await snapshotter.takeTogether?.(refs, options)
  const isKnown = async (): Promise<boolean> => {
    await snapshotter.keeps?.keep(refs[0], options)
    return false
  }
  const now = new Date('2026-11-22T08:00:00Z')
  await sweepCuts(there.process(), { namespaces: ['ns'], now, isKnown, goneMs: 100 }, options)
  expect(there.fake.all(GROUPS)).toHaveLength(1)
  const standing = there.fake.all(KINDS.volumeSnapshot).filter((one) => one.metadata.deletionTimestamp === undefined)
  expect(standing.some(({ metadata }) => metadata.labels?.['salvage-kit.io/kept'] !== undefined)).toBe(true)
})
