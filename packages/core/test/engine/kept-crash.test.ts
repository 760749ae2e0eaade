import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../src/memory/crane.ts'
import { memorySnapshots } from '../../src/memory/keeper.ts'
import { restore } from '../../src/restore/restore.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { untilPoint } from './until-point.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

/** Snapshots that a pending entry would drop. */
async function doomed({ rig }: World): Promise<readonly string[]> {
  const pending = await rig.journal.pending()
  return pending.flatMap(({ undo }) => (undo.kind === 'snapshot' ? undo.ref.id : []))
}

describe.each([
  { name: 'kept alone', tide: { lifted: false } },
  { name: 'kept and lifted of one cut', tide: { snapshots: memorySnapshots } },
  { name: 'kept beside a live lift', tide: { snapshots: memorySnapshots, hold: 'copy' as const } },
])('a run killed at every point, its snapshots $name', ({ tide }) => {
  it('keeps what was written down as good and drops the others, also when the recovery is killed too', async () => {
    const seen = new Set<string>()
    let points = 0
    for (let n = 1; ; n += 1) {
      const there = world({ snapshots: true })
      const before = leftBehind(there.platform)
      const plan = await planOf(there, RUN, tide)
      const crashed = await untilPoint(there, n, (rig) => run(rig, plan))
      there.rig.locks.kill(RUN)
      const open = await doomed(there)
      const wanted = [...there.platform.kept.keys()].filter((id) => !open.includes(id))
      if (there.platform.kept.size > wanted.length) seen.add('marked and dropped')
      if (wanted.length > 0 && open.length > 0) seen.add('some stay and some go')
      // Another point of the recovery each time.
      await untilPoint(there, 1 + (n % 7), (rig) => recover(rig, { signal: never }))
      there.rig.locks.kill(RUN)
      expect((await recover(there.rig, { signal: never })).stuck, `point ${String(n)}`).toEqual([])
      expect(leftBehind(there.platform), `point ${String(n)}`).toEqual(before)
      expect([...there.platform.kept.keys()], `point ${String(n)}`).toEqual(wanted)
      expect([...there.platform.snapshots.keys()].toSorted()).toEqual(wanted.toSorted())
      expect(await there.rig.journal.pending()).toEqual([])
      for (const { id, kind } of await there.rig.catalog.points({}))
        expect(kind === 'snapshot' ? wanted : [...there.platform.archives.keys()]).toContain(id)
      points = n
      if (!crashed) break
    }
    expect([...seen].toSorted()).toEqual(['marked and dropped', 'some stay and some go'])
    expect(points).toBeGreaterThan(60)
  })
})

describe('a restore of a kept snapshot into a new place killed at every point', () => {
  it('leaves the whole place or none, and the snapshot', async () => {
    let points = 0
    for (let n = 1; ; n += 1) {
      const there = world({ snapshots: true })
      await run(there.rig, await planOf(there, RUN, { lifted: false }))
      const [point] = await there.rig.catalog.points({ targets: ['memory:db'] })
      if (point === undefined) throw new Error('the run made no point')
      const to = 'memory:new' as const
      const request = { runId: `${RUN}9`, point, store: memorySnapshots, to, inPlace: false, maxHoldMs: 1000 }
      const crashed = await untilPoint(there, n, (rig) => restore(rig, request))
      there.rig.locks.kill(request.runId)
      expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
      expect(await there.rig.journal.pending()).toEqual([])
      const files = there.platform.volumes.get('new')
      if (files !== undefined) expect(files).toEqual(there.platform.volumes.get('db'))
      expect(there.platform.kept.size).toBe(4)
      points = n
      if (!crashed) break
    }
    expect(points).toBeGreaterThan(8)
  })
})

describe.each(['kept', 'lifted'])(
  'a restore in place of what was %s, by an exchanger, killed at every point',
  (what) => {
    it('has the writers up on the former content or the whole new one, and leaves nothing beside', async () => {
      const seen = new Set<string>()
      for (let n = 1; ; n += 1) {
        const there = world({ snapshots: true })
        await run(there.rig, await planOf(there, RUN, { lifted: what === 'lifted' }))
        there.platform.volumes.set('db', new Map([['file', 'newer']]))
        const before = leftBehind(there.platform)
        const [point] = await there.rig.catalog.points({ targets: ['memory:db'] })
        if (point === undefined) throw new Error('the run made no point')
        const store = what === 'kept' ? memorySnapshots : memoryStore
        const to = 'memory:db' as const
        const request = { runId: `${RUN}9`, point, store, to, inPlace: true, maxHoldMs: 60_000 }
        const crashed = await untilPoint(there, n, (rig) => restore(rig, request))
        there.rig.locks.kill(request.runId)
        await untilPoint(there, 1 + (n % 7), (rig) => recover(rig, { signal: never }))
        there.rig.locks.kill(request.runId)
        expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
        expect(await there.rig.journal.pending()).toEqual([])
        expect(leftBehind(there.platform), `point ${String(n)}`).toEqual(before)
        expect(there.platform.exchanges.size).toBe(0)
        const content = there.platform.volumes.get('db')?.get('file') ?? ''
        seen.add(content)
        if (!crashed) break
      }
      expect([...seen].toSorted()).toEqual(['db content', 'newer'])
    })
  },
)
