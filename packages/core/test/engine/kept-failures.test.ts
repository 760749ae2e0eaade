import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { memorySnapshots as snapshots } from '../../src/memory/keeper.ts'
import { setState } from '../../src/memory/platform.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import { formatReport } from '../../src/report/report-text.ts'
import { run } from '../../src/run/run.ts'
import { withCrane, withKeeper, withSnapshotter } from './changed.ts'
import { broken, reportOf, RUN, standing } from './kept-run.ts'
import { leftBehind, never, planOf, world } from './world.ts'

describe('a run that keeps snapshots, when a part of it fails', () => {
  it('keeps the snapshot of a lift that failed: partial, and nothing of the store may be pruned', async () => {
    const there = world({ snapshots: true })
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source, options) => {
        if (ref.target === 'memory:db') throw broken
        return crane.lift(ref, source, options)
      },
    }))
    const db = (await reportOf(rig, there, { snapshots })).find(({ target }) => target === 'memory:db')
    expect(db).toMatchObject({
      outcome: 'partial',
      point: { kind: 'snapshot' },
      kept: { kind: 'snapshot' },
      missing: ['memory:store'],
      findings: [{ code: 'MEMORY.BROKEN' }],
    })
    expect(there.platform.kept.size).toBe(4)
    expect(await there.rig.catalog.spared()).toEqual(new Set(['memory:db']))
    const [last] = await there.rig.catalog.runs(1)
    expect(last?.report).toMatchObject({ outcome: 'partial', aborted: false, warnings: [] })
    expect(there.events.filter(({ type }) => type === 'target.failed')).toEqual([])
    expect(there.events.filter(({ type }) => type === 'warning')).toHaveLength(1)
  })

  it.each(['auto', 'copy'] as const)(
    'keeps the archive of a snapshot that cannot stay, and drops that (%s)',
    async (hold) => {
      const there = world({ snapshots: true })
      const rig = withKeeper(there, (keeper) => ({
        keep: async (ref, options) => {
          const archive = await keeper.keep(ref, options)
          if (ref.target === 'memory:db') throw broken
          return archive
        },
      }))
      const db = (await reportOf(rig, there, { snapshots, hold })).find(({ target }) => target === 'memory:db')
      expect(db).toMatchObject({
        outcome: 'partial',
        point: { kind: 'archive' },
        missing: [snapshots.ref],
        findings: [{ code: 'MEMORY.BROKEN' }],
      })
      expect(db?.kept).toBeUndefined()
      expect(there.platform.kept.size).toBe(3)
      expect(await there.rig.catalog.spared()).toEqual(new Set(['memory:db']))
    },
  )

  it('has failed when both have, or the only one', async () => {
    for (const lifted of [true, false]) {
      const there = world({ snapshots: true })
      const rig = withCrane(
        { ...there, rig: withKeeper(there, () => ({ keep: async () => Promise.reject(broken) })) },
        () => ({
          lift: async () => Promise.reject(broken),
        }),
      )
      const before = leftBehind(there.platform)
      const report = await run(rig, await planOf(there, RUN, { lifted, snapshots }))
      expect(report.outcome).toBe('failed')
      expect(exitCodeOf(report)).toBe(1)
      expect(standing(there)).toEqual({ kept: [], archives: [] })
      expect(leftBehind(there.platform)).toEqual(before)
      expect(there.events.filter(({ type }) => type === 'target.failed')).toHaveLength(4)
      expect((await there.rig.catalog.spared()).size).toBe(4)
    }
  })

  it('keeps no cut of a hold that was tainted, and asks no keeper', async () => {
    const there = world({ snapshots: true })
    let asked = 0
    const rig = withSnapshotter(there, (own) => ({
      take: async (ref, options) => {
        await own.take(ref, options)
        if (ref.target === 'memory:db') setState(there.platform, 'memory:db', 'running')
      },
      ...(own.keeps === undefined
        ? {}
        : {
            keeps: {
              ...own.keeps,
              keep: async (ref, options) => {
                asked += 1
                return own.keeps?.keep(ref, options) ?? Promise.reject(broken)
              },
            },
          }),
    }))
    const report = await run(rig, await planOf(there, RUN, { snapshots }))
    const [tainted] = report.groups
    expect(tainted?.tainted).toBeDefined()
    for (const { outcome, findings } of tainted?.targets ?? []) {
      expect(outcome).toBe('failed')
      expect(findings).toHaveLength(1)
    }
    // The volume that nobody uses is a group of its own.
    expect(asked).toBe(1)
    expect([...there.platform.kept.values()].map(({ target }) => target)).toEqual(['memory:lonely'])
    expect(there.platform.snapshots.size).toBe(1)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('asks nobody to keep what was not cut', async () => {
    const there = world({ snapshots: true })
    const rig = withSnapshotter(there, (own) => ({
      take: async (ref, options) => (ref.target === 'memory:web' ? Promise.reject(broken) : own.take(ref, options)),
    }))
    const web = (await reportOf(rig, there, { lifted: false })).find(({ target }) => target === 'memory:web')
    expect(web).toMatchObject({ outcome: 'failed', findings: [{ code: 'MEMORY.BROKEN' }] })
    expect(there.platform.kept.size).toBe(3)
  })

  it('drops one whose way back could not be forgotten: recover would', async () => {
    const there = world({ snapshots: true })
    const rig = {
      ...there.rig,
      journal: {
        ...there.rig.journal,
        settle: async (settled: readonly number[]) => {
          const pending = await there.rig.journal.pending()
          const snapshot = pending.find(({ id, undo }) => settled.includes(id) && undo.kind === 'snapshot')
          if (snapshot !== undefined && there.platform.snapshots.size === 4) throw broken
          await there.rig.journal.settle(settled)
        },
      },
    }
    const report = await run(rig, await planOf(there, RUN, { lifted: false, maxConcurrent: 1 }))
    const outcomes = report.groups.flatMap(({ targets }) => targets.map(({ outcome }) => outcome))
    const good = outcomes.filter((outcome) => outcome === 'good').length
    expect(outcomes).toContain('failed')
    expect(there.platform.kept.size).toBe(good)
    expect((await there.rig.catalog.points({})).length).toBe(good)
  })

  it('drops what was not known to be whole when it was aborted', async () => {
    const there = world({ snapshots: true })
    const controller = new AbortController()
    const rig = withKeeper(there, (keeper) => ({
      keep: async (ref, options) => {
        if (ref.target === 'memory:web') controller.abort()
        if (ref.target === 'memory:db') return keeper.keep(ref, { signal: never })
        await delay(5_000, undefined, { signal: options.signal })
        return keeper.keep(ref, options)
      },
    }))
    const before = leftBehind(there.platform)
    const report = await run(rig, await planOf(there, RUN, { lifted: false }), { signal: controller.signal })
    expect(report).toMatchObject({ aborted: true, stuck: [] })
    expect(leftBehind(there.platform)).toEqual(before)
    // One that was whole all the same is of the same moment as if nobody had aborted.
    expect([...there.platform.kept.values()].map(({ target }) => target)).toEqual(['memory:db'])
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('was aborted when a lift was, although the snapshot stays', async () => {
    const there = world({ snapshots: true })
    const controller = new AbortController()
    const rig = withCrane(there, () => ({
      lift: async (_ref, _source, options) => {
        while (there.platform.kept.size === 0) await delay(1)
        controller.abort()
        return delay(5_000, undefined, { signal: options.signal }).then(() => Promise.reject(broken))
      },
    }))
    const plan = await planOf(there, RUN, { snapshots, targets: ['memory:lonely'] })
    const report = await run(rig, plan, { signal: controller.signal })
    expect(report).toMatchObject({ outcome: 'partial', aborted: true, stuck: [] })
    expect(exitCodeOf(report)).toBe(130)
    expect(standing(there)).toEqual({ kept: [`${RUN}-s1`], archives: [] })
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('tells of both copies, and of the half that failed', async () => {
    const there = world({ snapshots: true })
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source, options) =>
        ref.target === 'memory:db' ? Promise.reject(broken) : crane.lift(ref, source, options),
    }))
    const text = formatReport(await run(rig, await planOf(there, RUN, { snapshots })))
    expect(text).toMatch(/memory:web +good +\S+-\d in memory:store, .*and \S+-s\d in memory-snapshots:here/)
    expect(text).toMatch(/memory:db +partial +\S+-s\d in memory-snapshots:here/)
    expect(text).toContain('broken [MEMORY.BROKEN]')
  })
})
