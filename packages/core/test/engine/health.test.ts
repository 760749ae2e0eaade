import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import type { Finding } from '../../src/finding.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { withQuiescer } from './changed.ts'
import { never, planOf, world } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const ILL: Finding = { code: 'HEALTH.TIMEOUT', message: 'memory:db was not healthy within 5s' }

describe('health after a hold', () => {
  it('is asked once of each workload that was brought to rest, when all of the group are up', async () => {
    const there = world({ snapshots: false })
    const asked: string[] = []
    const rig = withQuiescer(there, 'memory.stop', () => ({
      healthy: async (token) => {
        asked.push(JSON.stringify(token))
        for (const id of ['memory:db', 'memory:web']) expect(workloadOf(there.platform, id).state).toBe('running')
        expect(there.events.some(({ type }) => type === 'group.held')).toBe(true)
        return []
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('good')
    expect(report.groups.every(({ findings }) => findings === undefined)).toBe(true)
    // The one that was stopped before is none of ours.
    expect(asked).toEqual([expect.stringContaining('memory:db')])
  })

  it('that does not come back fails the run and none of its copies', async () => {
    const there = world({ snapshots: false })
    const rig = withQuiescer(there, 'memory.stop', () => ({ healthy: async () => [ILL] }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report).toMatchObject({ outcome: 'failed', stuck: [], warnings: [] })
    expect(exitCodeOf(report)).toBe(1)
    expect(report.groups[0]?.findings).toEqual([ILL])
    expect(report.groups.flatMap(({ targets }) => targets.map(({ outcome }) => outcome))).toEqual(
      Array.from({ length: 4 }, () => 'good'),
    )
    expect(await there.rig.catalog.points({})).toHaveLength(4)
    expect(await there.rig.catalog.spared()).toEqual(new Set())
  })

  it('keeps neither the copies after the hold waiting nor the workloads down', async () => {
    const there = world({ snapshots: true })
    const order: string[] = []
    const rig = withQuiescer(there, 'memory.stop', () => ({
      healthy: async () => {
        await delay(50)
        order.push('healthy')
        return []
      },
    }))
    const watched = {
      ...rig,
      report: (event: Parameters<typeof rig.report>[0]) => {
        if (event.type === 'group.held' || event.type === 'lift.finished') order.push(event.type)
      },
    }
    await run(watched, await planOf(there, RUN))
    expect(order.indexOf('group.held')).toBe(0)
    expect(order.indexOf('healthy')).toBeGreaterThan(order.indexOf('lift.finished'))
  })

  it('is waited for before the next group comes to rest', async () => {
    const there = world({ snapshots: false })
    let waiting = 0
    const rig = withQuiescer(there, 'memory.stop', (stop) => ({
      quiesce: async (token, options) => {
        expect(waiting).toBe(0)
        await stop.quiesce(token, options)
      },
      healthy: async () => {
        waiting += 1
        await delay(20)
        waiting -= 1
        return []
      },
    }))
    const report = await run(rig, await planOf(there, RUN, { grouping: 'individual' }))
    expect(report.groups.length).toBeGreaterThan(2)
    expect(report.outcome).toBe('good')
  })

  it('that nobody can tell, and one that is not told in time, fails the run', async () => {
    const there = world({ snapshots: false })
    const broken = withQuiescer(there, 'memory.stop', () => ({
      healthy: async () => {
        throw new SalvageError('MEMORY.BROKEN', 'the engine is away')
      },
    }))
    const report = await run(broken, await planOf(there, RUN))
    expect(report.groups[0]?.findings).toMatchObject([{ code: 'HEALTH.UNKNOWN', why: 'the engine is away' }])
    const slow = withQuiescer(there, 'memory.stop', () => ({
      healthPatienceMs: () => -9990,
      healthy: async (_token, { signal }) => delay(60_000, [], { signal }),
    }))
    const late = await run(slow, await planOf(there, `${RUN}2`))
    expect(late.groups[0]?.findings).toMatchObject([{ code: 'HEALTH.LATE' }])
    expect(late.outcome).toBe('failed')
  })

  it('is not waited for after an abort, nor asked by recover', async () => {
    const there = world({ snapshots: false })
    const controller = new AbortController()
    let asked = 0
    const rig = withQuiescer(there, 'memory.stop', () => ({
      healthy: async (_token, { signal }) => {
        asked += 1
        controller.abort()
        return delay(60_000, [], { signal })
      },
    }))
    const report = await run(rig, await planOf(there, RUN), { signal: controller.signal })
    expect(report.groups[0]?.findings).toBeUndefined()
    const [entry] = await there.rig.journal.open([
      {
        runId: 'dead',
        order: 0,
        undo: {
          kind: 'quiesce',
          quiescer: 'memory.stop',
          workload: 'memory:db',
          token: { workload: 'memory:db', state: 'running', risen: 1, frozen: false },
        },
      },
    ])
    expect(entry).toBeDefined()
    expect(await recover(rig, { signal: never })).toMatchObject({ undone: 1 })
    expect(asked).toBe(1)
  })
})
