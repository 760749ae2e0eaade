import { describe, expect, it } from 'vitest'
import type { MemoryDump } from '../../src/memory/platform.ts'
import { run } from '../../src/run/run.ts'
import { leftBehind } from './world.ts'
import { database, streamPlan, streamWorld } from './stream-world.ts'

const RUN = '20261121t080000z-c0ffee'
const FAILS: readonly NonNullable<MemoryDump['fails']>[] = ['start', 'middle', 'verdict', 'damaged']

describe.each([{ staged: false }, { staged: true }])('a stream (%o)', ({ staged }) => {
  it('is lifted while everything runs, and leaves nothing beside', async () => {
    await using there = await streamWorld({ shop: database({ 'shop.sql': 'CREATE TABLE' }) }, { staged })
    const before = leftBehind(there.platform)
    const plan = await streamPlan(there, RUN, ['shop'])
    const dumps = plan.groups.find(({ targets }) => targets.includes('memory-dump:shop'))
    expect(dumps).toMatchObject({ quiesce: [], beforeHold: [], whileQuiesced: [] })
    expect(dumps?.afterResume.map((step) => step.staged)).toEqual([staged ? true : undefined])
    const report = await run(there.rig, plan)
    expect(report.outcome).toBe('good')
    expect(there.events.filter(({ type }) => type === 'undone')).toEqual([])
    const [archive] = [...there.platform.archives.values()].filter(({ ref }) => ref.target === 'memory-dump:shop')
    expect([...(archive?.files ?? [])]).toEqual([['shop.sql', 'CREATE TABLE']])
    expect(await there.staged()).toEqual([])
    expect(await there.rig.journal.pending()).toEqual([])
    expect(leftBehind(there.platform)).toEqual(before)
    expect(there.platform.dumping.size).toBe(0)
  })

  it.each(FAILS)('that fails at its %s never becomes an archive, and harms no other', async (fails) => {
    const shop = database({ 'shop.sql': 'CREATE TABLE' }, fails)
    await using there = await streamWorld({ shop, wiki: database({ 'wiki.sql': 'INSERT' }) }, { staged })
    const report = await run(there.rig, await streamPlan(there, RUN, ['shop', 'wiki']))
    expect(report.outcome).toBe('partial')
    const targets = report.groups.flatMap((group) => group.targets)
    const failed = targets.filter(({ outcome }) => outcome === 'failed')
    expect(failed).toMatchObject([{ target: 'memory-dump:shop', findings: [{ code: 'DUMP.NOT_WHOLE' }] }])
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target).toSorted()).toEqual([
      'memory-dump:wiki',
      'memory:db',
    ])
    expect((await there.rig.catalog.points({})).map(({ target }) => target).toSorted()).toEqual([
      'memory-dump:wiki',
      'memory:db',
    ])
    expect(await there.staged()).toEqual([])
    expect(await there.rig.journal.pending()).toEqual([])
    expect(there.platform.dumping.size).toBe(0)
  })

  it('ends with the run', async () => {
    await using there = await streamWorld({ shop: database({ 'shop.sql': 'CREATE TABLE' }) }, { staged })
    const controller = new AbortController()
    const rig = {
      ...there.rig,
      report: (event: { readonly type: string; readonly target?: string }) => {
        if (event.type === 'group.started' && there.platform.archives.size > 0) controller.abort()
      },
    }
    const report = await run(rig, await streamPlan(there, RUN, ['shop']), { signal: controller.signal })
    expect(report.aborted).toBe(true)
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).toEqual(['memory:db'])
    expect(await there.staged()).toEqual([])
    expect(await there.rig.journal.pending()).toEqual([])
  })
})

describe('a stream of several files', () => {
  const files = { 'globals.sql': 'CREATE ROLE', 'shop.sql': 'CREATE TABLE' }

  it('is staged whole', async () => {
    await using there = await streamWorld({ shop: database(files) }, { staged: true })
    expect((await run(there.rig, await streamPlan(there, RUN, ['shop']))).outcome).toBe('good')
    const archives = [...there.platform.archives.values()]
    const found = archives.find(({ ref }) => ref.target === 'memory-dump:shop')?.files
    expect(Object.fromEntries(found ?? [])).toEqual(files)
  })

  it('is none when its last file is not', async () => {
    await using there = await streamWorld({ shop: database(files, 'verdict') }, { staged: true })
    await run(there.rig, await streamPlan(there, RUN, ['shop']))
    expect([...there.platform.archives.values()].map(({ ref }) => ref.target)).toEqual(['memory:db'])
    expect(await there.staged()).toEqual([])
  })
})

describe('before a run begins', () => {
  it('refuses a plan whose stream nothing here opens, and one that cannot be staged', async () => {
    await using there = await streamWorld({ shop: database({ 'shop.sql': 'x' }) }, { staged: true })
    const plan = await streamPlan(there, RUN, ['shop'])
    const { staging: _none, ...nowhere } = there.rig
    await expect(run(nowhere, plan)).rejects.toThrow(
      expect.objectContaining({ code: 'PREFLIGHT.FAILED', message: expect.stringContaining('staged') }),
    )
    const [{ dumps: _dumps, ...backend } = { id: 'memory' }] = there.rig.backends
    await expect(run({ ...there.rig, backends: [backend] }, plan)).rejects.toThrow(
      expect.objectContaining({ code: 'PREFLIGHT.FAILED', message: expect.stringContaining('opener of dumps') }),
    )
    expect(there.platform.archives.size).toBe(0)
  })
})
