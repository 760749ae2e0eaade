import { expect, it } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { run } from '../../src/run/run.ts'
import { withSnapshotter } from './changed.ts'
import { RUN } from './kept-run.ts'
import { never, planOf, world } from './world.ts'

it.each([
  [true, 0],
  [false, 1],
])('a snapshot that failed and changed nothing (%s) is not told as undone', async (untouched, told) => {
  const there = world({ snapshots: true })
  const rig = withSnapshotter(there, (snapshotter) => ({
    take: async (ref, options) => {
      if (ref.target === 'memory:db') throw new SalvageError('MEMORY.REFUSED', 'not permitted', { untouched })
      await snapshotter.take(ref, options)
    },
  }))
  const plan = await planOf(there, RUN)
  await run(rig, plan, { signal: never })
  const id = plan.groups
    .flatMap((group) => group.whileQuiesced)
    .find(({ kind, ref }) => kind === 'snapshot' && ref.target === 'memory:db')?.ref.id
  const undone = there.events.filter((event) => event.type === 'undone' && event.what.includes(String(id)))
  expect(undone).toHaveLength(told)
  expect(there.platform.snapshots.size).toBe(0)
  expect(await there.rig.journal.pending()).toEqual([])
})

it('what was to be cut together is told as undone, since some of it may have been marked before one was refused', async () => {
  const there = world({ snapshots: true })
  there.platform.cutsTogether = true
  const rig = withSnapshotter(there, () => ({
    takeTogether: async () => {
      throw new SalvageError('MEMORY.REFUSED', 'not permitted', { untouched: true })
    },
  }))
  const plan = await planOf(there, RUN)
  await run(rig, plan, { signal: never })
  const ids = plan.groups
    .flatMap((group) => group.whileQuiesced)
    .flatMap((step) => (step.kind === 'snapshot' && step.ref.together !== undefined ? [step.ref.id] : []))
  expect(ids.length).toBeGreaterThan(1)
  for (const id of ids)
    expect(there.events.filter((event) => event.type === 'undone' && event.what.includes(id))).toHaveLength(1)
})
