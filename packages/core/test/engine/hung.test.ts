import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { memorySnapshots } from '../../src/memory/keeper.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import type { RunReport } from '../../src/report/report.ts'
import { restore } from '../../src/restore/restore.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { changed, gate, withCrane, withKeeper, withQuiescer } from './changed.ts'
import { leftBehind, never, planOf, world } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const HOUR = 3_600_000

// Calls that listen to no signal are waited for as long as real ones; the clock is moved by hand.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets time pass until the run ends. */
async function ended(running: Promise<RunReport>): Promise<RunReport> {
  const isOver = running.then(() => true)
  for (let passed = 0; passed < HOUR; passed += 1000)
    if (await Promise.race([isOver, vi.advanceTimersByTimeAsync(1000).then(() => false)])) return running
  throw new Error('the run did not end within an hour')
}

const stuckCodes = ({ stuck }: RunReport): unknown => stuck.map(({ what, failure }) => [what, failure.code])

describe('a lift that does not end when its hold is over', () => {
  it('does not count although it ends well later: its workloads are up by then', async () => {
    const there = world({ snapshots: false })
    const { shut, open } = gate()
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source) => {
        if (ref.target === 'memory:db') await shut
        return crane.lift(ref, source, { signal: never })
      },
    }))
    const told = { ...rig, report: ({ type }: { type: string }) => void (type === 'group.held' && open()) }
    const report = await ended(run(told, await planOf(there, RUN, { maxHoldMs: 50 })))
    const db = report.groups[0]?.targets.find(({ target }) => target === 'memory:db')
    expect(db).toMatchObject({ outcome: 'failed', findings: [{ code: 'HOLD.OVER' }] })
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).not.toContain('memory:db')
    expect(report.stuck).toEqual([])
  })

  it('is stuck while it goes on, and what it makes after all is withdrawn', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const { shut, open } = gate()
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source) => {
        if (ref.target === 'memory:db') await shut
        return crane.lift(ref, source, { signal: never })
      },
    }))
    const report = await ended(run(rig, await planOf(there, RUN, { maxHoldMs: 50 })))
    const db = report.groups[0]?.targets.find(({ target }) => target === 'memory:db')
    expect(db?.findings[0]?.code).toBe('LIFT.HUNG')
    expect(stuckCodes(report)).toEqual([[expect.stringContaining('lift'), 'EFFECT.HUNG']])
    expect(exitCodeOf(report)).toBe(4)
    expect(leftBehind(there.platform)).toEqual(before)
    open()
    await vi.waitFor(async () => expect(await there.rig.journal.pending()).toEqual([]))
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).not.toContain('memory:db')
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('is withdrawn by the next process when this one dies', async () => {
    const there = world({ snapshots: false })
    const { shut, open } = gate()
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source) => {
        const archive = await crane.lift(ref, source, { signal: never })
        if (ref.target === 'memory:db') await shut
        return archive
      },
    }))
    await ended(run(rig, await planOf(there, RUN, { maxHoldMs: 50 })))
    there.rig.locks.kill(RUN)
    expect(await recover(there.rig, { signal: never })).toMatchObject({ undone: 1, stuck: [] })
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).not.toContain('memory:db')
    open()
  })
})

describe('a quiescer that does not listen', () => {
  it('cannot keep the others down beyond the budget; what it does later is taken back', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const { shut, open } = gate()
    const rig = withQuiescer(there, 'memory.stop', (stop) => ({
      quiesce: async (token, options) => {
        await shut
        await stop.quiesce(token, { ...options, signal: never })
      },
    }))
    const report = await ended(run(rig, await planOf(there, RUN, { maxHoldMs: 50 })))
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('HOLD.OVER')
    expect(stuckCodes(report)).toEqual([['workload memory:db (memory.stop)', 'EFFECT.HUNG']])
    expect(leftBehind(there.platform)).toEqual(before)
    open()
    await vi.waitFor(async () => expect(await there.rig.journal.pending()).toEqual([]))
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('and does not resume, is stuck, and the others rise', async () => {
    const there = world({ snapshots: false })
    const rig = withQuiescer(there, 'memory.stop', () => ({ resume: async () => new Promise(() => undefined) }))
    const report = await ended(run(rig, await planOf(there, RUN)))
    expect(stuckCodes(report)).toEqual([['workload memory:db (memory.stop)', 'EFFECT.HUNG']])
    expect(workloadOf(there.platform, 'memory:web').state).toBe('running')
    expect(report.groups[0]?.holdMs).toBeUndefined()
    expect(there.events.some(({ type }) => type === 'group.held')).toBe(false)
  })

  it('and does not say whether it rests, makes the copies worthless and holds nobody down', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    let asked = 0
    const rig = withQuiescer(there, 'memory.pause', (pause) => ({
      atRest: async (token, options) => {
        asked += 1
        // Once of each kind before anything is touched.
        return asked > 1 ? new Promise(() => undefined) : (pause.atRest?.(token, options) ?? { atRest: true })
      },
    }))
    const report = await ended(run(rig, await planOf(there, RUN)))
    expect(report.groups.find(({ tainted }) => tainted !== undefined)?.tainted).toContain('nobody could tell')
    expect(leftBehind(there.platform)).toEqual(before)
  })
})

it('a snapshotter that does not listen cannot keep workloads down; its late snapshot is dropped', async () => {
  const there = world({ snapshots: true })
  const before = leftBehind(there.platform)
  const { shut, open } = gate()
  const rig = changed(there, ({ snapshotters = [] }) => ({
    snapshotters: snapshotters.map((own) => ({
      ...own,
      take: async (ref) => {
        if (ref.target === 'memory:db') await shut
        await own.take(ref, { signal: never })
      },
    })),
  }))
  const report = await ended(run(rig, await planOf(there, RUN, { maxHoldMs: 50 })))
  expect(report.groups[0]?.targets.find(({ target }) => target === 'memory:db')?.outcome).toBe('failed')
  expect(stuckCodes(report)).toEqual([[expect.stringContaining('snapshot'), 'EFFECT.HUNG']])
  expect(leftBehind(there.platform)).toEqual(before)
  open()
  await vi.waitFor(async () => expect(await there.rig.journal.pending()).toEqual([]))
  expect(leftBehind(there.platform)).toEqual(before)
})

describe('a keeper that does not end when the run is aborted', () => {
  it('is stuck while it goes on, and what it marks after all is dropped', async () => {
    const there = world({ snapshots: true })
    const before = leftBehind(there.platform)
    const controller = new AbortController()
    const { shut, open } = gate()
    const rig = withKeeper(there, (keeper) => ({
      keep: async (ref) => {
        if (ref.target === 'memory:db') {
          controller.abort()
          await shut
          there.platform.snapshots.set(ref.id, new Map())
        }
        return keeper.keep(ref, { signal: never })
      },
    }))
    const plan = await planOf(there, RUN, { lifted: false, targets: ['memory:db'] })
    const report = await ended(run(rig, plan, { signal: controller.signal }))
    expect(report.groups[0]?.targets).toMatchObject([{ outcome: 'failed', findings: [{ code: 'SNAPSHOT.HUNG' }] }])
    expect(stuckCodes(report)).toEqual([[expect.stringContaining('snapshot'), 'EFFECT.HUNG']])
    expect(there.platform.kept.size).toBe(0)
    open()
    await vi.waitFor(async () => expect(await there.rig.journal.pending()).toEqual([]))
    expect(there.platform.kept.size).toBe(0)
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.catalog.points({})).toEqual([])
  })
})

describe('an exchange that does not end when its hold is over', () => {
  it('keeps the writers down and the new content where it is, until recover takes it back', async () => {
    const there = world({ snapshots: true })
    await ended(run(there.rig, await planOf(there, RUN, { lifted: false })))
    there.platform.volumes.set('db', new Map([['file', 'newer']]))
    const before = leftBehind(there.platform)
    const [point] = await there.rig.catalog.points({ targets: ['memory:db'] })
    if (point === undefined) throw new Error('nothing was kept')
    const { shut, open } = gate()
    const rig = changed(there, ({ exchangers = [] }) => ({
      exchangers: exchangers.map((one) => ({
        ...one,
        exchange: async (token) => {
          await shut
          await one.exchange(token, { signal: never })
        },
      })),
    }))
    const request = { runId: `${RUN}9`, point, store: memorySnapshots, to: 'memory:db' as const, inPlace: true }
    const report = await ended(restore(rig, { ...request, maxHoldMs: 50 }))
    expect(stuckCodes(report)).toContainEqual([expect.stringContaining('memory:db in place'), 'EFFECT.HUNG'])
    expect(exitCodeOf(report)).toBe(4)
    expect(workloadOf(there.platform, 'memory:db').state).toBe('stopped')
    expect(there.platform.volumes.has(`staged/${RUN}9`)).toBe(true)
    open()
    await vi.waitFor(() => expect(there.platform.exchanges.size).toBe(0))
    expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.platform.volumes.get('db')?.get('file')).toBe('newer')
  })
})
