import { describe, expect, it } from 'vitest'
import type { RestorePoint } from '../../src/crane/restore-point.ts'
import { SalvageError } from '../../src/error.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { keepPolicy } from '../../src/retention/keep.ts'
import type { RetentionPolicy } from '../../src/retention/policy.ts'
import { prune } from '../../src/run/prune.ts'
import { run } from '../../src/run/run.ts'
import { withPoints } from '../../src/testing/index.ts'
import { withCrane } from './changed.ts'
import { never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const nothing: RetentionPolicy = (points) => points.map((point) => ({ point, keep: false, reasons: ['not wanted'] }))
const lastOne = keepPolicy({ last: 1 })

function request(policy: RetentionPolicy): Parameters<typeof prune>[1] {
  return { store: memoryStore, policy, dryRun: false }
}

/** Archives of `memory:db`, the oldest first; ids say how old they are. */
function archives(there: World, ...points: readonly Partial<RestorePoint>[]): void {
  for (const [place, given] of points.entries()) {
    const id = `p${String(place + 1)}`
    const point: RestorePoint = {
      kind: 'archive',
      id,
      target: 'memory:db',
      store: 'memory:store',
      takenAt: `2026-11-0${String(place + 1)}T00:00:00.000Z`,
      state: 'good',
      machine: 'here',
      ...given,
    }
    const ref = { id, runId: 'old', target: point.target, store: memoryStore, at: point.takenAt, machine: 'here' }
    there.platform.archives.set(id, { ref, files: new Map(), point })
  }
}

const stands = (there: World): readonly string[] => [...there.platform.archives.keys()].toSorted()

describe('prune', () => {
  it('removes what no rule keeps', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {}, {})
    const report = await prune(there.rig, request(lastOne), { signal: never })
    expect(report.removed.map(({ id }) => id)).toEqual(['p1', 'p2'])
    expect(stands(there)).toEqual(['p3'])
  })

  it('tells of what cannot be read, leaves it, and drops nothing for its sake', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {}, {})
    const problem = { code: 'ARCHIVE.POINT_UNREADABLE', message: 'p3 cannot be read' }
    const rig = withCrane(there, ({ archives: store }) =>
      store === undefined
        ? {}
        : {
            archives: {
              ...store,
              async *list(from, options) {
                for await (const point of store.list(from, options))
                  if (point.id === 'p3') options.onProblem?.(problem)
                  else yield point
              },
            },
          },
    )
    const report = await prune(rig, request(lastOne), { signal: never })
    expect(report.problems).toEqual([problem])
    expect(report.removed.map(({ id }) => id)).toEqual(['p1'])
    expect(stands(there)).toEqual(['p2', 'p3'])
  })

  it('keeps the newest good point of each target and machine, whatever the policy says', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {}, { machine: 'other' }, { state: 'partial' })
    const { verdicts } = await prune(there.rig, request(nothing), { signal: never })
    expect(stands(there)).toEqual(['p2', 'p3'])
    expect(verdicts.find(({ point }) => point.id === 'p2')?.reasons).toEqual(['the last good one'])
  })

  it('takes back what a dead run left before it judges: its copy may be worth nothing', async () => {
    const there = world({ snapshots: false })
    archives(there, {})
    const plan = await planOf(there, '20261121t080000z-c0ffee', { targets: ['memory:db'] })
    const dead = Promise.withResolvers<void>()
    const rig = withPoints(there.rig, async (name) => {
      if (name !== 'after memory.lift') return
      dead.resolve()
      await new Promise(() => undefined)
    })
    void run({ ...rig, locks: there.rig.locks }, plan)
    await dead.promise
    there.rig.locks.kill(plan.runId)
    expect(stands(there)).toHaveLength(2)
    await there.rig.catalog.finishRun({ ...finished, runId: plan.runId })
    await prune(there.rig, request(lastOne), { signal: never })
    expect(stands(there)).toEqual(['p1'])
  })

  it('spares the targets of a run that died', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {})
    const plan = await planOf(there, '20261121t080000z-c0ffee', { targets: ['memory:db'] })
    const dead = Promise.withResolvers<void>()
    const rig = withPoints(there.rig, async (name) => {
      if (name !== 'before memory.stop.quiesce') return
      dead.resolve()
      await new Promise(() => undefined)
    })
    void run({ ...rig, locks: there.rig.locks }, plan)
    await dead.promise
    there.rig.locks.kill(plan.runId)
    const { verdicts } = await prune(there.rig, request(lastOne), { signal: never })
    expect(stands(there)).toEqual(['p1', 'p2'])
    expect(verdicts[0]?.reasons).toEqual(['the last run of its target failed'])
  })

  it('spares the targets of a run whose checks failed, until one succeeds', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {})
    const broken = withCrane(there, () => ({
      preflight: async () => {
        throw new SalvageError('STORE.WRONG_PASSWORD', 'wrong password')
      },
    }))
    const targets = { targets: ['memory:db'] as const }
    await expect(run(broken, await planOf(there, 'r1', targets))).rejects.toMatchObject({ code: 'PREFLIGHT.FAILED' })
    await prune(there.rig, request(lastOne), { signal: never })
    expect(stands(there)).toEqual(['p1', 'p2'])
    await run(there.rig, await planOf(there, 'r2', targets))
    await prune(there.rig, request(lastOne), { signal: never })
    expect(stands(there)).toEqual(['r2-1'])
  })

  it('removes only what it looked at under the lock, and judges that again', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {})
    const { locks } = there.rig
    const rig: World['rig'] = {
      ...there.rig,
      locks: {
        ...locks,
        acquire: async (runId, keys) => {
          // In between the last good one was found to be damaged and removed by hand.
          there.platform.archives.delete('p2')
          return locks.acquire(runId, keys)
        },
      },
    }
    await prune(rig, request(lastOne), { signal: never })
    expect(stands(there)).toEqual(['p1'])
  })

  it('is busy while a point that would go is restored, and while its target is copied', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {})
    for (const key of ['point p1 of memory:store', 'memory:db']) {
      await using _lock = await there.rig.locks.acquire('restore', [key])
      await expect(prune(there.rig, request(lastOne), { signal: never })).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    }
    expect(stands(there)).toEqual(['p1', 'p2'])
  })

  it('removes nothing in a dry run, and takes no lock', async () => {
    const there = world({ snapshots: false })
    archives(there, {}, {})
    await using _lock = await there.rig.locks.acquire('run', ['memory:db'])
    const { verdicts, removed } = await prune(there.rig, { ...request(lastOne), dryRun: true }, { signal: never })
    expect(verdicts.map(({ keep }) => keep)).toEqual([false, true])
    expect(removed).toEqual([])
    expect(stands(there)).toEqual(['p1', 'p2'])
  })
})

const finished = {
  version: 1,
  kind: 'run',
  startedAt: '',
  endedAt: '',
  outcome: 'good',
  aborted: false,
  groups: [{ id: 'g1', targets: [{ target: 'memory:db', outcome: 'good', findings: [] }] }],
  skipped: [],
  stuck: [],
  warnings: [],
} as const
