import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Quiescer } from '../../src/quiesce/quiescer.ts'
import { formatEvent } from '../../src/report/event-text.ts'
import type { RunEvent } from '../../src/report/event.ts'
import { formatReport } from '../../src/report/report-text.ts'
import { run } from '../../src/run/run.ts'
import type { Rig } from '../../src/rig.ts'
import { planOf, world } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const LOST = { code: 'A.B', message: 'shop/db could not be dumped' }

/** A rig with a quiescer that only dumps, beside the others. */
function dumping(rig: Rig, quiesce: () => Promise<void>): Rig {
  const dumps: Quiescer = {
    id: 'dumps',
    dumps: true,
    prepare: async () => Promise.resolve({}),
    quiesce,
    resume: async () => Promise.resolve([LOST]),
  }
  return { ...rig, backends: [...rig.backends, { id: 'dumps', quiescers: [dumps] }] }
}

const STEP = { kind: 'quiesce', workload: 'dumps:/a', name: 'dumps', quiescer: 'dumps', settings: {} } as const

describe('a quiescer that only dumps', () => {
  it('may take longer than a hold, and is not told as one', async () => {
    const there = world({ snapshots: false })
    const events: RunEvent[] = []
    const rig = {
      ...dumping(there.rig, async () => delay(120)),
      report: (event: RunEvent) => void events.push(event),
    }
    const plan = await planOf(there, RUN, { maxHoldMs: 60 })
    const groups = plan.groups.map((group) => ({ ...group, quiesce: [[STEP]], idle: [], beforeHold: [] }))
    const report = await run(rig, { ...plan, groups })
    expect(report.outcome).toBe('partial')
    expect(report.groups.map(({ holdMs }) => holdMs)).toEqual(groups.map(() => undefined))
    const text = formatReport(report)
    expect(text).toContain('shop/db could not be dumped')
    expect(text).not.toMatch(/at rest|not as before/)
    expect(events.map((event) => formatEvent(event) ?? '').join('\n')).not.toMatch(/is at rest|the hold|back as it was/)
  })

  it('goes before everybody who comes to rest', async () => {
    const there = world({ snapshots: false })
    const order: string[] = []
    const rig = {
      ...dumping(there.rig, async () => delay(80)),
      report: (event: RunEvent) => {
        if (event.type === 'workload.quiescing' || event.type === 'workload.quiesced')
          order.push(`${event.type} ${event.workload}`)
      },
    }
    const plan = await planOf(there, RUN, { maxHoldMs: 10_000 })
    const groups = plan.groups.map((group) => ({ ...group, quiesce: [...group.quiesce, [STEP]] }))
    const report = await run(rig, { ...plan, groups })
    expect(order.slice(0, 2)).toEqual(['workload.quiescing dumps:/a', 'workload.quiesced dumps:/a'])
    expect(order).toContain('workload.quiesced memory:db')
    expect(report.groups[0]?.holdMs).toBeTypeOf('number')
  })
})
