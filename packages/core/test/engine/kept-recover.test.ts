import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import { memorySnapshots as snapshots } from '../../src/memory/keeper.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { withPoints } from '../../src/testing/index.ts'
import { gate } from './changed.ts'
import { RUN } from './kept-run.ts'
import { leftBehind, never, planOf, world } from './world.ts'

describe('recover', () => {
  it('drops one that was marked and not written down, and leaves one that was', async () => {
    const there = world({ snapshots: true })
    const before = leftBehind(there.platform)
    const { shut } = gate()
    const dead = gate()
    const rig = withPoints(there.rig, async (name) => {
      if (name !== 'after memory-snapshots.keep' || there.platform.kept.size < 2) return
      dead.open()
      await shut
    })
    void run({ ...rig, locks: there.rig.locks }, await planOf(there, RUN, { lifted: false, grouping: 'individual' }))
    await dead.shut
    there.rig.locks.kill(RUN)
    const open = await there.rig.journal.pending()
    const doomed = open.flatMap(({ undo }) => (undo.kind === 'snapshot' ? undo.ref.id : []))
    expect(doomed.some((id) => there.platform.kept.has(id))).toBe(true)
    const wanted = [...there.platform.kept.keys()].filter((id) => !doomed.includes(id))
    expect(wanted).toHaveLength(1)
    expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
    expect([...there.platform.kept.keys()]).toEqual(wanted)
    expect([...there.platform.snapshots.keys()]).toEqual(wanted)
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('leaves the snapshots of a journal that is a copy', async () => {
    const there = world({ snapshots: true })
    await run(there.rig, await planOf(there, RUN, { lifted: false }))
    const ref = {
      id: `${RUN}-s1`,
      runId: RUN,
      target: 'memory:db',
      source: { medium: 'docker-volume', name: 'db' },
    } as const
    const keep = { store: snapshots, at: '2026-11-21T08:00:00.000Z', machine: 'here' }
    const undo = { kind: 'snapshot', snapshotter: 'memory.snapshot', ref: { ...ref, token: 'db', keep } } as const
    await there.rig.journal.open([{ runId: RUN, order: 1, undo }])
    const { journal } = there.rig
    const pending: Journal['pending'] = async (runId) =>
      (await journal.pending(runId)).map((entry) => ({ ...entry, copied: true }))
    await recover({ ...there.rig, journal: { ...journal, pending } }, { signal: never })
    expect(there.platform.kept.size).toBe(4)
    expect(there.events).toContainEqual(
      expect.objectContaining({ type: 'warning', finding: expect.objectContaining({ code: 'JOURNAL.COPIED' }) }),
    )
    expect(await journal.pending()).toEqual([])
  })
})
