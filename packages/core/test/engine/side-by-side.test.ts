import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/plan/plan.ts'
import { run } from '../../src/run/run.ts'
import { changed } from './changed.ts'
import { leftBehind, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const IDLE = ['a1', 'm2', 'm3', 'm4', 'm5', 'z6'].map((name) => `memory:${name}` as const)

/** The usual world, and volumes that only stopped workloads use: each is a group of its own. */
async function quietWorld(maxConcurrent: number): Promise<{ readonly there: World; readonly plan: Plan }> {
  const there = world({ snapshots: false })
  for (const ref of IDLE) {
    there.platform.volumes.set(ref.slice('memory:'.length), new Map([['file', ref]]))
    const off = { by: 'stop', uses: [ref], state: 'stopped', risen: 1, dependsOn: [], frozen: false } as const
    there.platform.workloads.set(`${ref}-user`, off)
  }
  const targets = ['memory:db', 'memory:web', 'memory:logs', 'memory:lonely', ...IDLE] as const
  return { there, plan: await planOf(there, RUN, { targets, maxConcurrent }) }
}

/** A rig whose lifts take a while, and the targets that are lifted at each beginning of one. */
function watched(there: World): { readonly rig: World['rig']; readonly beside: (readonly string[])[] } {
  const now = new Set<string>()
  const beside: (readonly string[])[] = []
  const rig = changed(there, (backend) => ({
    cranes: (backend.cranes ?? []).map((crane) => ({
      ...crane,
      lift: async (ref, source, options) => {
        now.add(ref.target)
        beside.push([...now])
        await delay(5)
        now.delete(ref.target)
        return crane.lift(ref, source, options)
      },
    })),
  }))
  return { rig, beside }
}

describe('groups that bring nobody to rest', () => {
  it.each([1, 3, 4])(
    'are lifted beside each other, %i at once, and not while others are held',
    async (maxConcurrent) => {
      const { there, plan } = await quietWorld(maxConcurrent)
      const before = leftBehind(there.platform)
      expect(plan.groups.length).toBeGreaterThan(IDLE.length)
      const { rig, beside } = watched(there)
      const report = await run(rig, plan)
      expect(report).toMatchObject({ outcome: 'good', stuck: [] })
      expect(report.groups.map(({ id }) => id)).toEqual(plan.groups.map(({ id }) => id))
      expect(Math.max(...beside.map((targets) => targets.length))).toBe(maxConcurrent)
      const held = new Set<string>(plan.groups.flatMap((group) => (group.quiesce.length > 0 ? group.targets : [])))
      for (const targets of beside) expect([0, targets.length]).toContain(targets.filter((one) => held.has(one)).length)
      expect(leftBehind(there.platform)).toEqual(before)
      expect(await there.rig.journal.pending()).toEqual([])
    },
  )

  it('are not begun after an abort', async () => {
    const { there, plan } = await quietWorld(2)
    const stop = new AbortController()
    const { rig } = watched(there)
    const aborting = {
      ...rig,
      report: (event: Parameters<typeof rig.report>[0]) => {
        if (event.type === 'lift.started' && event.target === IDLE[0]) stop.abort()
      },
    }
    const report = await run(aborting, plan, { signal: stop.signal })
    expect(report).toMatchObject({ outcome: 'partial', aborted: true })
    const codes = report.groups.slice(-3).flatMap(({ targets }) => targets.map(({ findings }) => findings[0]?.code))
    expect(codes).toEqual(codes.map(() => 'RUN.ABORTED'))
    expect(await there.rig.journal.pending()).toEqual([])
  })
})
