import { describe, expect, it } from 'vitest'
import type { RestorePoint } from '../../src/crane/restore-point.ts'
import { SalvageError } from '../../src/error.ts'
import { memorySnapshots as store } from '../../src/memory/keeper.ts'
import { volumeOf, workloadOf } from '../../src/memory/platform.ts'
import { restore } from '../../src/restore/restore.ts'
import type { RestoreRequest } from '../../src/restore/restore.ts'
import { keepPolicy } from '../../src/retention/keep.ts'
import { verify } from '../../src/run/list-points.ts'
import { prune } from '../../src/run/prune.ts'
import { run } from '../../src/run/run.ts'
import { changed, withKeeper } from './changed.ts'
import { RUN } from './kept-run.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RESTORE = '20261121t090000z-beef01'

/** A kept snapshot of `db`, whose content has changed since. */
async function kept(): Promise<{
  readonly there: World
  readonly point: RestorePoint
  readonly request: RestoreRequest
}> {
  const there = world({ snapshots: true })
  await run(there.rig, await planOf(there, RUN, { lifted: false }))
  volumeOf(there.platform, 'db').set('file', 'newer')
  const [point] = await there.rig.catalog.points({ targets: ['memory:db'] })
  if (point === undefined) throw new Error('the run kept nothing')
  const to = 'memory:new'
  return { there, point, request: { runId: RESTORE, point, store, to, inPlace: false, maxHoldMs: 1000 } }
}

/** A rig whose provisioner makes empty places alone. */
function withEmptyPlaces(there: World): World['rig'] {
  return changed(there, ({ provisioners = [] }) => ({
    provisioners: provisioners.map((one) => {
      const plain = { ...one }
      delete plain.prepareFrom
      return plain
    }),
  }))
}

/** A rig whose keeper copies nothing. */
function withoutLower(there: World): World['rig'] {
  return withKeeper(there, ({ points }) => {
    const plain = { ...points }
    delete plain.lower
    return { points: plain, media: new Set() }
  })
}

describe('a kept snapshot', () => {
  it('becomes a new target without a copy', async () => {
    const { there, request } = await kept()
    const report = await restore(withoutLower(there), request)
    expect(report).toMatchObject({ kind: 'restore', outcome: 'good', stuck: [], warnings: [] })
    expect([...volumeOf(there.platform, 'new')]).toEqual([['file', 'db content']])
    expect(there.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['lower.started', 'lower.finished']))
    expect(there.platform.kept.size).toBe(4)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('is lowered in place when its content is exchanged, and not before', async () => {
    const { there, request } = await kept()
    const report = await restore(withoutLower(there), { ...request, to: 'memory:db', inPlace: true })
    expect(report).toMatchObject({ outcome: 'good' })
    const types = there.events.map(({ type }) => type)
    expect(types.lastIndexOf('lower.finished')).toBeGreaterThan(types.lastIndexOf('workload.quiesced'))
    expect(types.lastIndexOf('lower.started')).toBeLessThan(types.lastIndexOf('workload.quiescing'))
  })

  it('is lowered into an empty place where nobody makes one of it', async () => {
    const { there, request } = await kept()
    expect((await restore(withEmptyPlaces(there), request)).outcome).toBe('good')
    expect([...volumeOf(there.platform, 'new')]).toEqual([['file', 'db content']])
  })

  it('is refused before anything is touched where neither goes, and into what is not empty', async () => {
    const { there, request } = await kept()
    const neither = withoutLower({ ...there, rig: { ...there.rig, ...withEmptyPlaces(there) } })
    const before = leftBehind(there.platform)
    await expect(restore(neither, request)).rejects.toMatchObject({ code: 'RESTORE.UNREADABLE' })
    await expect(restore(there.rig, { ...request, to: 'memory:web' })).rejects.toMatchObject({
      code: 'RESTORE.OCCUPIED',
    })
    const inPlace = { ...request, to: 'memory:db', inPlace: true } as const
    const fixed = changed(there, () => ({ exchangers: [] }))
    await expect(restore(fixed, inPlace)).rejects.toMatchObject({ code: 'RESTORE.UNREADABLE' })
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.catalog.runs(1)).toMatchObject([{ runId: RUN }])
  })

  it('is exchanged for the content of its target, with the writers down and without a copy', async () => {
    const { there, request } = await kept()
    const before = leftBehind(there.platform)
    const states: string[] = []
    const rig = changed(there, ({ exchangers = [] }) => ({
      exchangers: exchangers.map((one) => ({
        ...one,
        stage: async (token, options) => {
          states.push(workloadOf(there.platform, 'memory:db').state)
          return one.stage(token, options)
        },
        exchange: async (token, options) => {
          states.push(workloadOf(there.platform, 'memory:db').state)
          return one.exchange(token, options)
        },
      })),
    }))
    const inPlace = { ...request, to: 'memory:db', inPlace: true } as const
    const report = await restore(withoutLower({ ...there, rig: { ...there.rig, ...rig } }), inPlace)
    expect(report).toMatchObject({ outcome: 'good', stuck: [] })
    expect(states).toEqual(['running', 'stopped'])
    expect([...volumeOf(there.platform, 'db')]).toEqual([['file', 'db content']])
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.platform.exchanges.size).toBe(0)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('leaves the former content when its exchange is not wanted any more', async () => {
    const { there, request } = await kept()
    const rig = changed(there, ({ exchangers = [] }) => ({
      exchangers: exchangers.map((one) => ({
        ...one,
        exchange: async (token, options) => {
          await one.exchange(token, options)
          throw new SalvageError('MEMORY.BROKEN', 'broken')
        },
      })),
    }))
    const before = leftBehind(there.platform)
    const report = await restore(rig, { ...request, to: 'memory:db', inPlace: true })
    expect(report).toMatchObject({ outcome: 'failed', stuck: [] })
    expect([...volumeOf(there.platform, 'db')]).toEqual([['file', 'newer']])
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.platform.exchanges.size).toBe(0)
  })

  it('leaves no place when it is gone by then', async () => {
    const { there, point, request } = await kept()
    const rig = changed(there, ({ provisioners = [] }) => ({
      provisioners: provisioners.map((one) => ({
        ...one,
        create: async (token, options) => {
          there.platform.kept.delete(point.id)
          return one.create(token, options)
        },
      })),
    }))
    expect(await restore(rig, request)).toMatchObject({
      outcome: 'failed',
      groups: [{ targets: [{ findings: [{ code: 'RESTORE.POINT_UNKNOWN' }] }] }],
    })
    expect(there.platform.volumes.has('new')).toBe(false)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('can be verified, where its keeper can', async () => {
    const { there, point } = await kept()
    await verify(there.rig, point, store, { signal: never })
    there.platform.snapshots.delete(point.id)
    await expect(verify(there.rig, point, store, { signal: never })).rejects.toMatchObject({
      code: 'RESTORE.POINT_UNKNOWN',
    })
    const without = withKeeper(there, ({ points }) => {
      const plain = { ...points }
      delete plain.check
      return { points: plain }
    })
    await expect(verify(without, point, store, { signal: never })).rejects.toMatchObject({ code: 'STORE.UNVERIFIABLE' })
  })

  it('is pruned as an archive is, the last good one never', async () => {
    const { there } = await kept()
    for (const n of [1, 2]) await run(there.rig, await planOf(there, `${RUN}${String(n)}`, { lifted: false }))
    const request = { store, policy: keepPolicy({ last: 1 }), dryRun: false }
    const { removed } = await prune(there.rig, request, { signal: never })
    expect(removed).toHaveLength(8)
    expect([...there.platform.kept.keys()]).toHaveLength(4)
    expect([...there.platform.snapshots.keys()].toSorted()).toEqual([...there.platform.kept.keys()].toSorted())
    expect(await there.rig.catalog.points({ store: store.ref })).toHaveLength(4)
    const none = { ...request, policy: dropAll }
    expect((await prune(there.rig, none, { signal: never })).removed).toEqual([])
  })

  it('is not pruned while its target has no copy in another store that was to get one', async () => {
    const { there } = await kept()
    await there.rig.catalog.spare(['memory:db'])
    await run(there.rig, await planOf(there, `${RUN}1`, { lifted: false, targets: ['memory:web'] }))
    const { removed } = await prune(there.rig, { store, policy: dropAll, dryRun: false }, { signal: never })
    expect(removed.map(({ target }) => target)).toEqual(['memory:web'])
  })
})

function dropAll(points: readonly RestorePoint[]): ReturnType<ReturnType<typeof keepPolicy>> {
  return points.map((point) => ({ point, keep: false, reasons: ['not wanted'] }))
}
