import { describe, expect, it } from 'vitest'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { restore } from '../../src/restore/restore.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { untilPoint } from './until-point.ts'
import { leftBehind, never, planOf, world } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

describe.each([{ snapshots: false }, { snapshots: true }, { snapshots: false, deduplicates: true }])(
  'a run killed at every point (%o)',
  (options) => {
    it('is taken back whole, and a second recovery does nothing', async () => {
      let points = 0
      for (let n = 1; ; n += 1) {
        const there = world(options)
        const before = leftBehind(there.platform)
        const plan = await planOf(there, RUN)
        const crashed = await untilPoint(there, n, (rig) => run(rig, plan))
        there.rig.locks.kill(RUN)
        const report = await recover(there.rig, { signal: never })
        expect(report.stuck, `point ${String(n)}`).toEqual([])
        expect(leftBehind(there.platform), `point ${String(n)}`).toEqual(before)
        expect(await there.rig.journal.pending()).toEqual([])
        expect(await recover(there.rig, { signal: never })).toEqual({ undone: 0, stuck: [], alive: [] })
        for (const point of await there.rig.catalog.points({}))
          expect(there.platform.archives.has(point.id), 'the catalog names no archive that was withdrawn').toBe(true)
        expect([...there.platform.archives.values()].filter(({ ref }) => ref.warm === true)).toEqual([])
        points = n
        if (!crashed) break
      }
      expect(points).toBeGreaterThan(60)
    })
  },
)

describe('a restore into a new place killed at every point', () => {
  it('leaves the whole place or none', async () => {
    let points = 0
    for (let n = 1; ; n += 1) {
      const there = world({ snapshots: false })
      const plan = await planOf(there, RUN)
      await run(there.rig, plan)
      const [point] = await there.rig.catalog.points({ targets: ['memory:db'] })
      if (point === undefined) throw new Error('the run made no point')
      const request = {
        runId: `${RUN}9`,
        point,
        store: memoryStore,
        to: 'memory:new' as const,
        inPlace: false,
        maxHoldMs: 1000,
      }
      const crashed = await untilPoint(there, n, (rig) => restore(rig, request))
      there.rig.locks.kill(request.runId)
      expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
      expect(await there.rig.journal.pending()).toEqual([])
      const files = there.platform.volumes.get('new')
      if (files !== undefined) expect(files).toEqual(there.platform.volumes.get('db'))
      points = n
      if (!crashed) break
    }
    expect(points).toBeGreaterThan(8)
  })
})
