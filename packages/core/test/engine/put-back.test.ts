import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backend.ts'
import { SalvageError } from '../../src/error.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import type { Quiescer } from '../../src/quiesce/quiescer.ts'
import type { RunEvent } from '../../src/report/event.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import { formatReport } from '../../src/report/report-text.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import type { Discovery } from '../../src/target/discovery.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

function withBackend(there: World, change: (backend: Backend) => Partial<Backend>): World['rig'] {
  return { ...there.rig, backends: there.rig.backends.map((backend) => ({ ...backend, ...change(backend) })) }
}

function withStop(there: World, change: (stop: Quiescer) => Partial<Quiescer>): World['rig'] {
  return withBackend(there, ({ quiescers = [] }) => ({
    quiescers: quiescers.map((one) => (one.id === 'memory.stop' ? { ...one, ...change(one) } : one)),
  }))
}

function withDiscovery(there: World, change: (discovery: Discovery) => Partial<Discovery>): World['rig'] {
  return withBackend(there, ({ discovery }) =>
    discovery === undefined ? {} : { discovery: { ...discovery, ...change(discovery) } },
  )
}

describe('a workload that is not as it was', () => {
  it('makes the run partial, although its copies are good', async () => {
    const there = world({ snapshots: false })
    const rig = withStop(there, (stop) => ({
      resume: async (token, options) => {
        await stop.resume(token, options)
        return [{ code: 'MEMORY.ENDED', message: 'db ended at once' }]
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report).toMatchObject({
      outcome: 'partial',
      stuck: [],
      groups: [{ findings: [{ code: 'MEMORY.ENDED' }] }, {}],
    })
    expect(report.groups.flatMap(({ targets }) => targets.map(({ outcome }) => outcome))).not.toContain('failed')
    expect(exitCodeOf(report)).toBe(3)
    expect(formatReport(report)).toContain('not as before: db ended at once')
    expect((await there.rig.catalog.runs(1))[0]?.report?.groups[0]?.findings).toHaveLength(1)
  })

  it('is waited for as long as its quiescer asks for', async () => {
    const there = world({ snapshots: false })
    const entry = {
      runId: RUN,
      order: 0,
      undo: { kind: 'quiesce', quiescer: 'memory.stop', workload: 'w', token: 80 },
    } as const
    await there.rig.journal.open([entry])
    const rig = withStop(there, () => ({
      resume: async (_token, { signal }) => {
        await new Promise((resolve) => setTimeout(resolve, 40))
        signal.throwIfAborted()
        return []
      },
      patienceMs: () => 60_000,
    }))
    expect(await recover(rig, { signal: never, patienceMs: 1 })).toMatchObject({ undone: 1, stuck: [] })
  })

  it('is not put back when its quiescer has not touched it', async () => {
    const there = world({ snapshots: false })
    const resumed: unknown[] = []
    const rig = withStop(there, (stop) => ({
      quiesce: async () => {
        // As an operator would in between.
        workloadOf(there.platform, 'memory:db').state = 'stopped'
        throw new SalvageError('MEMORY.CHANGED', 'it is stopped already', { untouched: true })
      },
      resume: async (token, options) => {
        resumed.push(token)
        return stop.resume(token, options)
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('MEMORY.CHANGED')
    expect(resumed).toEqual([])
    expect(await there.rig.journal.pending()).toEqual([])
    expect(workloadOf(there.platform, 'memory:db').state).toBe('stopped')
    expect(workloadOf(there.platform, 'memory:web').state).toBe('running')
  })
})

describe('a copy is not called good', () => {
  it('when the watch broke: nobody knows who came', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const { promise: lifting, resolve: broken } = Promise.withResolvers<void>()
    const rig = {
      ...withDiscovery(there, () => ({
        watch: async function* () {
          yield 'ready'
          await lifting
        },
      })),
      report: ({ type }: RunEvent) => void (type === 'lift.started' && broken()),
    }
    const report = await run(rig, await planOf(there, RUN))
    const [held, lonely] = report.groups
    expect(held?.targets.map(({ findings }) => findings[0]?.code)).toEqual([
      'HOLD.TAINTED',
      'HOLD.TAINTED',
      'HOLD.TAINTED',
    ])
    expect(lonely?.targets[0]?.outcome).toBe('good')
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('when there is no watch at all: then nothing is brought to rest', async () => {
    const there = world({ snapshots: false })
    const rig = withDiscovery(there, () => ({
      // oxlint-disable-next-line require-yield -- the stream never stands
      watch: async function* () {
        throw new Error('no events here')
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.groups[0]?.targets.map(({ findings }) => findings[0]?.code)).toEqual(
      Array.from({ length: 3 }, () => 'HOLD.UNWATCHED'),
    )
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
  })

  it('when a workload came after the plan was made', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN)
    there.platform.workloads.set('memory:late', {
      state: 'running',
      risen: 1,
      uses: ['memory:logs'],
      dependsOn: [],
      by: 'stop',
      frozen: false,
    })
    const report = await run(there.rig, plan)
    expect(report.groups[0]?.targets[0]?.findings[0]).toMatchObject({
      code: 'HOLD.STALE',
      message: expect.stringContaining('memory:late'),
    })
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
  })

  it('when a workload came and used a target that nobody had used', async () => {
    const there = world({ snapshots: false })
    const rig = withBackend(there, ({ cranes = [] }) => ({
      cranes: cranes.map((crane) => ({
        ...crane,
        lift: async (ref, source, options) => {
          if (ref.target === 'memory:lonely')
            for (const listener of there.platform.listeners)
              listener({ type: 'rising', what: 'start', workload: 'memory:new', uses: [ref.target], at: '' })
          return crane.lift(ref, source, options)
        },
      })),
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.groups.at(-1)?.targets[0]).toMatchObject({
      target: 'memory:lonely',
      outcome: 'failed',
      findings: [{ code: 'HOLD.TAINTED' }],
    })
  })

  it('when a workload came after the plan and uses a target that nobody had used', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN)
    there.platform.workloads.set('memory:new', {
      state: 'running',
      risen: 1,
      uses: ['memory:lonely'],
      dependsOn: [],
      by: 'stop',
      frozen: false,
    })
    const report = await run(there.rig, plan)
    expect(report.groups.at(-1)?.targets[0]).toMatchObject({
      target: 'memory:lonely',
      outcome: 'failed',
      findings: [{ code: 'HOLD.STALE' }],
    })
  })

  it.each([1, 2])('when its source is another one by then (asked %i)', async (fatal) => {
    const there = world({ snapshots: false })
    let asked = 0
    const rig = withDiscovery(there, () => ({
      confirm: async (source) => {
        if (source.medium !== 'docker-volume' || source.name !== 'lonely') return
        asked += 1
        if (asked === fatal) throw new SalvageError('MEMORY.GONE', 'the volume lonely was made anew')
      },
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.groups.at(-1)?.targets[0]).toMatchObject({ outcome: 'failed', findings: [{ code: 'MEMORY.GONE' }] })
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).not.toContain('memory:lonely')
  })
})
