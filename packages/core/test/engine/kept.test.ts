import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runReport } from '../../src/catalog/schema.ts'
import type { Journal, NewEntry } from '../../src/journal/journal.ts'
import { undo as schema } from '../../src/journal/schema.ts'
import { memorySnapshots as snapshots } from '../../src/memory/keeper.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import { restore } from '../../src/restore/restore.ts'
import { listPoints } from '../../src/run/list-points.ts'
import { run } from '../../src/run/run.ts'
import { collect } from '../../src/testing/contract-calls.ts'
import { changed, withCrane, withKeeper, withSnapshotter } from './changed.ts'
import { broken, reportOf, RUN, standing } from './kept-run.ts'
import { leftBehind, never, planOf, world } from './world.ts'

const ids = (letter: string): readonly string[] => [1, 2, 3, 4].map((n) => `${RUN}-${letter}${String(n)}`)

describe('a run that keeps snapshots', () => {
  it('lets them stay alone, once all run again', async () => {
    const there = world({ snapshots: true })
    const states: string[] = []
    const rig = withKeeper(there, (keeper) => ({
      keep: async (ref, options) => {
        states.push(workloadOf(there.platform, 'memory:db').state)
        return keeper.keep(ref, options)
      },
    }))
    const targets = await reportOf(rig, there, { lifted: false })
    expect(targets).toHaveLength(4)
    for (const { outcome, point, kept } of targets) {
      expect(outcome).toBe('good')
      expect(point).toMatchObject({ kind: 'snapshot', store: snapshots.ref, machine: 'here', runId: RUN })
      expect(kept).toEqual(point)
    }
    expect(states).toEqual(Array.from({ length: 4 }, () => 'running'))
    expect(standing(there)).toEqual({ kept: ids('s'), archives: [] })
    const listed = await collect(listPoints(there.rig, snapshots, { signal: never }))
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids('s'))
    expect((await there.rig.catalog.points({ store: snapshots.ref })).map(({ id }) => id).toSorted()).toEqual(ids('s'))
    expect(await there.rig.catalog.spared()).toEqual(new Set())
    const [remembered] = await there.rig.catalog.runs(1)
    expect(remembered?.report?.groups[0]?.targets[0]?.kept?.id).toBe(`${RUN}-s1`)
    expect(remembered?.report?.groups[0]?.way).toBe('snapshot')
  })

  it('lifts the same cut into a store besides', async () => {
    const there = world({ snapshots: true })
    const targets = await reportOf(there.rig, there, { snapshots })
    expect(targets.map(({ outcome, point, kept }) => [outcome, point?.kind, kept?.kind])).toEqual(
      Array.from({ length: 4 }, () => ['good', 'archive', 'snapshot']),
    )
    expect(standing(there)).toEqual({ kept: ids('s'), archives: ids('') })
    const taken = there.events.filter(({ type }) => type === 'snapshot.taken')
    expect(taken).toHaveLength(4)
  })

  it('keeps a cut beside the lift of the live source, of the same rest, where the tide copies so', async () => {
    const there = world({ snapshots: true })
    const targets = await reportOf(there.rig, there, { snapshots, hold: 'copy' })
    expect(targets.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => 'good'))
    expect(standing(there)).toEqual({ kept: ids('s'), archives: ids('') })
    expect(there.events.some((event) => event.type === 'lift.started' && event.store === 'memory:store')).toBe(true)
  })

  it('has no way back open for one that is kept while its lift goes on', async () => {
    const there = world({ snapshots: true })
    const seen: string[][] = []
    const rig = withCrane(there, (crane) => ({
      lift: async (ref, source, options) => {
        await delay(20)
        const pending = await there.rig.journal.pending()
        seen.push(pending.flatMap(({ undo }) => (undo.kind === 'snapshot' ? undo.ref.target : [])))
        return crane.lift(ref, source, options)
      },
    }))
    await reportOf(rig, there, { snapshots })
    expect(seen.flat()).toEqual([])
    expect(seen).toHaveLength(4)
  })

  it('says why a target is left out that cannot be cut so, and keeps the others', async () => {
    const there = world({ snapshots: true })
    const rig = withSnapshotter(there, (own) => ({
      probe: async (source, options) =>
        options.keep !== undefined && source.medium === 'docker-volume' && source.name === 'logs'
          ? { supported: false, why: 'its class is of another driver' }
          : own.probe(source, options),
    }))
    const plan = await planOf({ ...there, rig: { ...there.rig, ...rig } }, RUN, { lifted: false })
    expect(plan.skipped).toMatchObject([
      { target: 'memory:logs', finding: { code: 'PLAN.UNKEPT', why: 'its class is of another driver' } },
    ])
    expect((await run(there.rig, plan)).outcome).toBe('partial')
    expect(there.platform.kept.size).toBe(3)
  })

  it('is refused before anything is touched when its keeper is not there, or says what is missing', async () => {
    const there = world({ snapshots: true })
    const before = leftBehind(there.platform)
    const plan = await planOf(there, RUN, { lifted: false })
    const without = withSnapshotter(there, () => ({ keeps: { ...keeperOfNobody } }))
    await expect(run(without, plan)).rejects.toMatchObject({ code: 'PREFLIGHT.FAILED' })
    const another = changed(there, ({ snapshotters = [] }) => ({
      snapshotters: snapshotters.flatMap((one) => [
        { ...one, keeps: keeperOfNobody },
        { ...one, id: 'another' },
      ]),
    }))
    await expect(run(another, plan)).rejects.toMatchObject({
      code: 'PREFLIGHT.FAILED',
      cause: { code: 'BACKEND.MISSING' },
    })
    const missing = withKeeper(there, () => ({ preflight: async () => Promise.reject(broken) }))
    await expect(run(missing, plan)).rejects.toMatchObject({ code: 'PREFLIGHT.FAILED', cause: broken })
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.events.some(({ type }) => type === 'workload.quiescing')).toBe(false)
  })
})

const keeperOfNobody = {
  id: 'nobody',
  media: new Set<never>(),
  keep: async () => Promise.reject(broken),
  points: {
    async *list() {
      yield* []
    },
    remove: async () => {},
  },
}

it('is read back from a journal and a catalog as it was written', async () => {
  const there = world({ snapshots: true })
  const opened: NewEntry[] = []
  const { journal } = there.rig
  const open: Journal['open'] = async (entries) => {
    opened.push(...entries)
    return journal.open(entries)
  }
  const rig = { ...there.rig, journal: { ...journal, open } }
  const report = await run(rig, await planOf(there, RUN, { snapshots }))
  const [target, ...others] = report.groups[0]?.targets ?? []
  if (target === undefined) throw new Error('no target')
  const half = { ...target, outcome: 'partial', missing: [snapshots.ref] } as const
  const groups = [{ id: 'g1', targets: [half, ...others] }]
  const written = { ...report, groups }
  expect(runReport.parse(JSON.parse(JSON.stringify(written)))).toStrictEqual(written)
  const point = target.kept
  if (point === undefined) throw new Error('nothing was kept')
  const restored = {
    runId: `${RUN}9`,
    point,
    store: snapshots,
    to: 'memory:db' as const,
    inPlace: true,
    maxHoldMs: 1000,
  }
  expect((await restore(rig, restored)).outcome).toBe('good')
  const undos = opened.map(({ undo }) => undo)
  expect(undos.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['snapshot', 'exposure', 'swap', 'staging']))
  for (const undo of undos) expect(schema.parse(JSON.parse(JSON.stringify(undo)))).toStrictEqual(undo)
})

it('is no business of a rig without a keeper: the same plan as ever', async () => {
  const there = world({ snapshots: true })
  const without = changed(there, ({ snapshotters = [] }) => ({
    snapshotters: snapshotters.map((one) => {
      const plain = { ...one }
      delete plain.keeps
      return plain
    }),
  }))
  const plan = await planOf(there, RUN)
  expect(await planOf({ ...there, rig: { ...there.rig, ...without } }, RUN)).toEqual(plan)
  expect(JSON.stringify(plan)).not.toContain('keep')
})
