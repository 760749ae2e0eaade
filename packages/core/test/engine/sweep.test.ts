import { expect, test, vi } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import type { RunEvent } from '../../src/report/event.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { never, planOf, world } from './world.ts'

async function broken(): Promise<void> {
  throw new SalvageError('DOCKER.UNREACHABLE', 'no engine')
}

test('every backend sweeps before every recovery, and one that cannot stops nothing', async () => {
  const there = world({ snapshots: false })
  const plan = await planOf(there, '20261121t080000z-c0ffee')
  const events: RunEvent[] = []
  let swept = 0
  const sweep = async (): Promise<void> => {
    swept += 1
  }
  const rig = {
    ...there.rig,
    backends: [...there.rig.backends, { id: 'broken', sweep: broken }, { id: 'clean', sweep }],
    report: (event: RunEvent): void => void events.push(event),
  }
  expect(await recover(rig, { signal: never })).toEqual({ undone: 0, stuck: [], alive: [] })
  expect(swept).toBe(1)
  expect(events).toMatchObject([{ type: 'warning', finding: { code: 'DOCKER.UNREACHABLE' } }])
  expect((await run(rig, plan)).outcome).toBe('good')
  expect(swept).toBeGreaterThan(1)
})

test('a sweep that does not end keeps nobody at rest', async () => {
  const there = world({ snapshots: false })
  const events: RunEvent[] = []
  const rig = {
    ...there.rig,
    backends: [{ id: 'hung', sweep: async () => new Promise<never>(() => {}) }, ...there.rig.backends],
    report: (event: RunEvent): void => void events.push(event),
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const recovering = recover(rig, { signal: never })
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(events).toMatchObject([{ type: 'warning', finding: { code: 'EFFECT.HUNG' } }])
    expect(await recovering).toEqual({ undone: 0, stuck: [], alive: [] })
  } finally {
    vi.useRealTimers()
  }
})
