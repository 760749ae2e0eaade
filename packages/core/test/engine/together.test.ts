import { expect, it } from 'vitest'
import type { Undo } from '../../src/journal/journal.ts'
import { memorySnapshots } from '../../src/memory/keeper.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { readPlan } from '../../src/plan/schema.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import type { SnapshotRef } from '../../src/snapshot/snapshot-ref.ts'
import type { Snapshotter } from '../../src/snapshot/snapshotter.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

function together(): World {
  const there = world({ snapshots: true })
  there.platform.cutsTogether = true
  return there
}

function cuts(plan: Plan): readonly SnapshotRef[] {
  const steps = plan.groups.flatMap(({ whileQuiesced }) => whileQuiesced)
  return steps.flatMap((step) => (step.kind === 'snapshot' ? [step.ref] : []))
}

/** A rig whose snapshotter is changed, and the calls that cut. */
function watched(there: World, change: Partial<Snapshotter> = {}): { rig: World['rig']; calls: string[][] } {
  const calls: string[][] = []
  const backends = there.rig.backends.map((backend) => ({
    ...backend,
    snapshotters: (backend.snapshotters ?? []).map((one): Snapshotter => ({
      ...one,
      take: async (ref, options) => {
        calls.push([ref.target])
        await one.take(ref, options)
      },
      takeTogether: async (refs, options) => {
        calls.push(refs.map(({ target }) => target))
        await one.takeTogether?.(refs, options)
      },
      ...change,
    })),
  }))
  return { rig: { ...there.rig, backends }, calls }
}

function undo(ref: SnapshotRef): Undo {
  return { kind: 'snapshot', snapshotter: 'memory.snapshot', ref }
}

it('cuts what workloads share at one instant, and what nobody uses for itself', async () => {
  const there = together()
  const plan = await planOf(there, RUN)
  expect(cuts(plan).map(({ target, together: name }) => [target, name])).toEqual([
    ['memory:db', `${RUN}-t1`],
    ['memory:logs', `${RUN}-t1`],
    ['memory:web', `${RUN}-t1`],
    ['memory:lonely', undefined],
  ])
  expect(readPlan(JSON.stringify(plan))).toEqual(plan)
  const before = leftBehind(there.platform)
  const { rig, calls } = watched(there)
  expect((await run(rig, plan)).outcome).toBe('good')
  expect(calls).toHaveLength(2)
  expect(calls).toEqual(expect.arrayContaining([['memory:db', 'memory:logs', 'memory:web'], ['memory:lonely']]))
  expect(leftBehind(there.platform)).toEqual(before)
  expect(there.events.filter(({ type }) => type === 'snapshot.taken')).toHaveLength(4)
})

it('cuts one by one where each target comes to rest for itself, and where nothing cuts together', async () => {
  expect(cuts(await planOf(together(), RUN, { grouping: 'individual' })).some((ref) => 'together' in ref)).toBe(false)
  expect(cuts(await planOf(world({ snapshots: true }), RUN)).some((ref) => 'together' in ref)).toBe(false)
})

it('a cut that fails fails all of its targets, and leaves nothing', async () => {
  const there = together()
  const before = leftBehind(there.platform)
  const { rig } = watched(there, {
    takeTogether: async () => {
      throw new Error('the pool is full')
    },
  })
  const report = await run(rig, await planOf(there, RUN))
  const ends = report.groups.flatMap(({ targets }) => targets.map(({ target, outcome }) => `${target} ${outcome}`))
  expect(ends.toSorted()).toEqual(['memory:db failed', 'memory:logs failed', 'memory:lonely good', 'memory:web failed'])
  expect(leftBehind(there.platform)).toEqual(before)
})

it('keeps each for itself, and a dead run is taken back from the journal', async () => {
  const there = together()
  const plan = await planOf(there, RUN, { snapshots: memorySnapshots })
  expect((await run(there.rig, plan)).outcome).toBe('good')
  expect(there.platform.kept.size).toBe(4)
  const before = leftBehind(there.platform)
  const dead = cuts(await planOf(there, `${RUN}2`)).filter((ref) => ref.together !== undefined)
  await there.rig.journal.open(dead.map((ref) => ({ runId: ref.runId, order: 1, undo: undo(ref) })))
  await watched(there).rig.backends[0]?.snapshotters?.[0]?.takeTogether?.(dead, { signal: never })
  expect((await recover(there.rig, { signal: never })).undone).toBe(3)
  expect(leftBehind(there.platform)).toEqual(before)
})
