import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { LiftRef } from '../../src/crane/crane.ts'
import { SalvageError } from '../../src/error.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import { prune } from '../../src/run/prune.ts'
import type { PruneRequest } from '../../src/run/prune.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { withCrane } from './changed.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const dedup = (): World => world({ snapshots: false, deduplicates: true })

/** Judges every point that the store tells of. */
const request: PruneRequest = {
  store: memoryStore,
  policy: (points) => points.map((point) => ({ point, keep: true, reasons: [] })),
  dryRun: true,
}

/** Calls `before` with each lift and what stands in the platform, before the lift begins. */
function withLift(there: World, before: (ref: LiftRef, signal: AbortSignal) => Promise<void>): World['rig'] {
  return withCrane(there, (crane) => ({
    lift: async (ref, source, options) => {
      await before(ref, options.signal)
      return crane.lift(ref, source, options)
    },
  }))
}

describe('a run with warm lifts', () => {
  it('lifts first while everything runs, again inside the hold, and keeps the second alone', async () => {
    const there = dedup()
    const before = leftBehind(there.platform)
    const lifts: string[] = []
    const rig = withLift(there, async (ref) => {
      const up = workloadOf(there.platform, 'memory:db').state === 'running'
      lifts.push(`${ref.id.slice(RUN.length)}${ref.warm === true ? ' warm' : ''} ${up ? 'up' : 'down'}`)
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('good')
    // The volume that nobody uses has no hold.
    expect(lifts).toEqual(['-w1 warm up', '-w2 warm up', '-w3 warm up', '-1 down', '-2 down', '-3 down', '-4 up'])
    expect(report.groups.map(({ way }) => way)).toEqual(['warm', undefined])
    expect([...there.platform.archives.keys()].toSorted()).toEqual([1, 2, 3, 4].map((n) => `${RUN}-${String(n)}`))
    const remembered = await there.rig.catalog.points({})
    expect(remembered.map(({ id }) => id).toSorted()).toEqual([...there.platform.archives.keys()].toSorted())
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('makes no more of them at once than it may', async () => {
    const there = dedup()
    let now = 0
    let most = 0
    const rig = withLift(there, async ({ warm }) => {
      if (warm !== true) return
      now += 1
      most = Math.max(most, now)
      await delay(5)
      now -= 1
    })
    await run(rig, await planOf(there, RUN, { maxConcurrent: 2 }))
    expect(most).toBe(2)
  })

  it('takes no time of the hold for them', async () => {
    const there = dedup()
    const rig = withLift(there, async ({ warm }) => {
      if (warm === true) await delay(300)
    })
    expect((await run(rig, await planOf(there, RUN, { maxHoldMs: 200 }))).outcome).toBe('good')
  })

  it('keeps a warm archive until the lift that builds on it has ended, and shows it to nobody', async () => {
    const there = dedup()
    const seen: string[] = []
    const rig = withLift(there, async ({ warm, target }) => {
      if (warm === true || target !== 'memory:db') return
      const listed = await prune(there.rig, request, { signal: never })
      seen.push(...there.platform.archives.keys(), `${String(listed.verdicts.length)} listed`)
    })
    await run(rig, await planOf(there, RUN, { maxConcurrent: 1 }))
    expect(seen).toEqual([`${RUN}-w1`, `${RUN}-w2`, `${RUN}-w3`, '0 listed'])
  })

  it('goes on with a longer hold when one fails, says so, and leaves nothing of it', async () => {
    const there = dedup()
    const before = leftBehind(there.platform)
    const rig = withLift(there, async ({ warm, target }) => {
      if (warm === true && target === 'memory:web') throw new SalvageError('MEMORY.BROKEN', 'no warmth')
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('good')
    expect(report.warnings).toMatchObject([
      { code: 'LIFT.NOT_WARM', message: expect.stringContaining('memory:web'), why: 'no warmth [MEMORY.BROKEN]' },
    ])
    expect(report.groups[0]?.way).toBe('copy')
    expect(there.platform.archives.size).toBe(4)
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('brings nobody to rest while what a failed one left cannot be removed', async () => {
    const there = dedup()
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source, options) => {
        if (ref.warm === true) throw new SalvageError('MEMORY.BROKEN', 'no warmth')
        return crane.lift(ref, source, options)
      },
      clear: async () => {
        throw new SalvageError('MEMORY.BROKEN', 'cannot clear')
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.stuck).toHaveLength(3)
    expect(report.groups[0]?.targets.map(({ findings }) => findings[0]?.code)).toEqual(
      Array.from({ length: 3 }, () => 'RUN.STOPPED'),
    )
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
    expect(await recover(there.rig, { signal: never })).toMatchObject({ undone: 3, stuck: [] })
  })

  it('leaves nothing when it is aborted in one, and brings nobody to rest', async () => {
    const there = dedup()
    const before = leftBehind(there.platform)
    const controller = new AbortController()
    const rig = withLift(there, async () => controller.abort())
    const report = await run(rig, await planOf(there, RUN), { signal: controller.signal })
    expect(report).toMatchObject({ outcome: 'failed', aborted: true, stuck: [], warnings: [] })
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
    expect(there.platform.archives.size).toBe(0)
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('leaves nothing of them when the hold fails', async () => {
    const there = dedup()
    const rig = withLift(there, async ({ warm }) => {
      if (warm !== true) throw new SalvageError('MEMORY.BROKEN', 'no copy')
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('failed')
    expect(there.platform.archives.size).toBe(0)
    expect(await there.rig.journal.pending()).toEqual([])
  })
})
