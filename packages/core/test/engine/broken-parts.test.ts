import { describe, expect, it } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { setState } from '../../src/memory/platform.ts'
import type { RunEvent } from '../../src/report/event.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { withCrane, withQuiescer } from './changed.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

const full = async (): Promise<never> => {
  throw new SalvageError('CATALOG.UNREADABLE', 'the disk is full')
}

describe('a reporter that throws', () => {
  const types: readonly RunEvent['type'][] = [
    'run.started',
    'group.started',
    'workload.quiescing',
    'workload.quiesced',
    'workload.resuming',
    'workload.resumed',
    'lift.started',
    'lift.finished',
    'group.held',
    'run.finished',
  ]
  it.each(types)('at %s changes nothing of what is done, and is told at the end', async (type) => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const bug = new TypeError('no such template')
    const rig: World['rig'] = {
      ...there.rig,
      report: (event) => {
        if (event.type === type) throw bug
      },
    }
    await expect(run(rig, await planOf(there, RUN))).rejects.toBe(bug)
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.platform.archives.size).toBe(4)
    expect(await there.rig.journal.pending()).toEqual([])
    expect((await there.rig.catalog.runs(1))[0]?.report?.outcome).toBe('good')
  })

  it('does not stop a recovery', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    for (const id of ['memory:db', 'memory:web']) {
      const token = { workload: id, state: 'running', risen: 1, frozen: false }
      await there.rig.journal.open([
        { runId: RUN, order: 0, undo: { kind: 'quiesce', quiescer: 'memory.stop', workload: id, token } },
      ])
      setState(there.platform, id, 'stopped')
    }
    const rig: World['rig'] = {
      ...there.rig,
      report: () => {
        throw new TypeError('a bug')
      },
    }
    await expect(recover(rig, { signal: never })).rejects.toThrow('a bug')
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })
})

describe('a catalog on a full disk', () => {
  it('makes no copy bad: what is not remembered is a warning', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const rig = { ...there.rig, catalog: { ...there.rig.catalog, addPoint: full, finishRun: full } }
    const report = await run(rig, await planOf(there, RUN))
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect(report.warnings.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'CATALOG.UNREADABLE'))
    expect(there.platform.archives.size).toBe(4)
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('hides nothing that is stuck', async () => {
    const there = world({ snapshots: false })
    const broken = withQuiescer(there, 'memory.stop', () => ({
      resume: async () => {
        throw new SalvageError('MEMORY.BROKEN', 'the start is broken')
      },
    }))
    const rig = { ...broken, catalog: { ...there.rig.catalog, addPoint: full, finishRun: full } }
    expect((await run(rig, await planOf(there, RUN))).stuck).toHaveLength(1)
  })

  it('touches nothing when it is full before the run begins', async () => {
    const there = world({ snapshots: false })
    const rig = { ...there.rig, catalog: { ...there.rig.catalog, startRun: full } }
    await expect(run(rig, await planOf(there, RUN))).rejects.toMatchObject({ code: 'CATALOG.UNREADABLE' })
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
  })
})

it('a copy that the journal still holds is not called good: the next recovery would withdraw it', async () => {
  const there = world({ snapshots: false })
  const before = leftBehind(there.platform)
  const { journal } = there.rig
  const rig: World['rig'] = {
    ...there.rig,
    journal: {
      ...journal,
      settle: async (ids) => {
        const pending = await journal.pending()
        if (
          pending.some(({ id, undo }) => ids.includes(id) && undo.kind === 'lift' && undo.ref.target === 'memory:web')
        )
          throw new SalvageError('JOURNAL.UNREADABLE', 'the disk is full')
        await journal.settle(ids)
      },
    },
  }
  const report = await run(rig, await planOf(there, RUN))
  const web = report.groups[0]?.targets.find(({ target }) => target === 'memory:web')
  expect(web).toMatchObject({ outcome: 'failed', findings: [{ code: 'JOURNAL.UNREADABLE' }] })
  expect(report.stuck).toHaveLength(1)
  expect((await there.rig.catalog.points({})).map(({ target }) => target)).not.toContain('memory:web')
  expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
  expect(leftBehind(there.platform)).toEqual(before)
})

it('a copy of which something is missing is partial, whatever its point says', async () => {
  const there = world({ snapshots: false })
  const rig = withCrane(there, (crane) => ({
    lift: async (ref, source, options) => ({
      ...(await crane.lift(ref, source, options)),
      findings: [{ code: 'LIFT.UNREADABLE', message: 'a file could not be read' }],
    }),
  }))
  const report = await run(rig, await planOf(there, RUN))
  expect(report.outcome).toBe('partial')
  expect(report.warnings).toEqual([])
})

it('a run leaves no listener at the signal of its caller', async () => {
  const there = world({ snapshots: false })
  const { signal } = new AbortController()
  let listeners = 0
  const counted: AbortSignal = Object.assign(signal, {
    addEventListener: (...given: Parameters<AbortSignal['addEventListener']>) => {
      listeners += 1
      AbortSignal.prototype.addEventListener.apply(signal, given)
    },
    removeEventListener: (...given: Parameters<AbortSignal['removeEventListener']>) => {
      listeners -= 1
      AbortSignal.prototype.removeEventListener.apply(signal, given)
    },
  })
  await run(there.rig, await planOf(there, RUN), { signal: counted })
  expect(listeners).toBe(0)
})
