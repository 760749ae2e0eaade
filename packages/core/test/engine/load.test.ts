import { describe, expect, it } from 'vitest'
import type { RestorePoint } from '../../src/crane/restore-point.ts'
import type { DumpLoader } from '../../src/dump/loader.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { memory } from '../../src/memory/memory.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import { proveDump } from '../../src/restore/prove-dump.ts'
import { restore } from '../../src/restore/restore.ts'
import type { RestoreRequest } from '../../src/restore/restore.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { database, streamPlan, streamWorld } from './stream-world.ts'
import type { StreamWorld } from './stream-world.ts'
import { untilPoint } from './until-point.ts'
import { never } from './world.ts'

const RESTORE = '20261121t090000z-beef01'
const FILES = { 'a.sql': 'former', 'b.sql': 'former' }

interface LoadWorld extends StreamWorld {
  readonly request: RestoreRequest
  readonly point: RestorePoint
}

/** Databases `shop`, which was dumped as `fresh` and reads `former` since, and `other`, by whose `fails` a load fails. */
async function loadWorld(fails?: Parameters<typeof database>[1], dumped = 'fresh'): Promise<LoadWorld> {
  const there = await streamWorld(
    { shop: database({ 'a.sql': dumped, 'b.sql': dumped }), other: database(FILES, fails) },
    { staged: true },
  )
  await run(there.rig, await streamPlan(there, '20261121t080000z-c0ffee', ['shop']))
  const point = (await there.rig.catalog.points({ targets: ['memory-dump:shop'] }))[0]
  if (point === undefined) throw new Error('the dump of shop was not copied')
  there.platform.databases.set('shop', database(FILES))
  const to = fails === undefined ? 'memory-dump:shop' : 'memory-dump:other'
  const request = { runId: RESTORE, point, store: memoryStore, to, inPlace: true, maxHoldMs: 60_000 } as const
  return { ...there, point, request }
}

const reads = ({ platform }: StreamWorld, name = 'shop'): string =>
  [...new Set(platform.databases.get(name)?.files.values())].join(' and ')

async function expectClean(there: StreamWorld): Promise<void> {
  expect(await there.staged()).toEqual([])
  expect(await there.rig.journal.pending()).toEqual([])
}

describe('a restore into a database', () => {
  it('loads the dump, brings nobody to rest and leaves nothing staged', async () => {
    await using there = await loadWorld()
    there.events.length = 0
    const report = await restore(there.rig, there.request)
    expect(report).toMatchObject({ kind: 'restore', outcome: 'good', stuck: [], warnings: [] })
    expect(report.groups[0]?.holdMs).toBeUndefined()
    expect(reads(there)).toBe('fresh')
    expect(there.events.map(({ type }) => type)).toEqual([
      'run.started',
      'lower.started',
      'lower.finished',
      'load.started',
      'load.finished',
      'run.finished',
    ])
    await expectClean(there)
  })

  it('is old or new wherever it is killed, and nothing is staged or running after recover', async () => {
    const seen = new Set<string>()
    for (const fails of [undefined, 'middle'] as const)
      for (let n = 1; ; n += 1) {
        await using there = await loadWorld(fails)
        const name = fails === undefined ? 'shop' : 'other'
        const { staging = '' } = there.rig
        const crashed = await untilPoint(there, n, (rig) => restore({ ...rig, staging }, there.request))
        there.rig.locks.kill(RESTORE)
        const found = `${reads(there, name)}${(await there.staged()).length > 0 ? ', staged' : ''}`
        await untilPoint(there, 1 + (n % 4), (rig) => recover({ ...rig, staging }, { signal: never }))
        there.rig.locks.kill(RESTORE)
        expect((await recover(there.rig, { signal: never })).stuck, found).toEqual([])
        expect(reads(there, name), found).toMatch(
          fails === undefined ? /^(former|fresh)$/ : /^(former|fresh and former)$/,
        )
        expect(there.platform.loading.size, found).toBe(0)
        await expectClean(there)
        seen.add(found)
        if (!crashed) break
      }
    expect([...seen].toSorted()).toEqual([
      'former',
      'former, staged',
      'fresh',
      'fresh and former',
      'fresh and former, staged',
      'fresh and torn, staged',
      'fresh, staged',
    ])
  })

  it('says what is loaded when it fails, or is aborted, at a later file', async () => {
    await using there = await loadWorld('middle')
    const finding = { code: 'DUMP.HALF_RESTORED', message: 'other: loaded is a.sql, not b.sql' }
    const report = await restore(there.rig, there.request)
    expect(report.groups[0]?.targets[0]).toMatchObject({ outcome: 'failed', findings: [finding] })
    expect(reads(there, 'other')).toBe('fresh and former')
    await expectClean(there)

    await using ended = await loadWorld()
    const [backend] = ended.rig.backends
    const loader = backend?.loader
    if (backend === undefined || loader === undefined) throw new Error('no loader')
    const stop = new AbortController()
    const aborting: DumpLoader = {
      ...loader,
      async check(...args) {
        const checked = await loader.check(...args)
        return {
          token: checked.token,
          load: async (options) => {
            const loading = checked.load(options)
            stop.abort()
            await loading
          },
        }
      },
    }
    const rig = { ...ended.rig, backends: [{ ...backend, loader: aborting }] }
    const { groups, aborted } = await restore(rig, ended.request, { signal: stop.signal })
    expect(aborted).toBe(true)
    expect(groups[0]?.targets[0]).toMatchObject({
      outcome: 'failed',
      findings: [{ code: 'RUN.ABORTED' }, { code: 'DUMP.HALF_RESTORED', message: 'shop: loaded is a.sql, not b.sql' }],
    })
    expect(reads(ended)).toBe('fresh and former')
    await expectClean(ended)
  })

  it('touches nothing when the dump is of another server, damaged, or larger than the room for it', async () => {
    for (const [dumped, code] of [
      ['newer', 'DUMP.SKEW'],
      ['\0', 'DUMP.NOT_WHOLE'],
    ] as const) {
      await using there = await loadWorld(undefined, dumped)
      const report = await restore(there.rig, there.request)
      expect(report.groups[0]?.targets[0]).toMatchObject({ outcome: 'failed', findings: [{ code }] })
      expect(reads(there)).toBe('former')
      expect(there.events.map(({ type }) => type)).not.toContain('load.started')
      await expectClean(there)
    }
    await using there = await loadWorld()
    const point = { ...there.point, bytes: Number.MAX_SAFE_INTEGER }
    await expect(restore(there.rig, { ...there.request, point })).rejects.toMatchObject({ code: 'DUMP.STAGE_FULL' })
    const [down] = [await loadWorld('start')]
    await using _ = down
    await expect(restore(down.rig, down.request)).rejects.toMatchObject({ code: 'DUMP.UNREACHABLE' })
    // Near to `shop`, which nobody may be sent to by a misspelt name.
    await expect(restore(down.rig, { ...down.request, to: 'memory-dump:shopp' })).rejects.toMatchObject({
      code: 'TARGET.UNKNOWN',
      hint: expect.not.stringContaining('memory-dump:'),
    })
    await expectClean(there)
    expect((await down.rig.catalog.runs(5)).map(({ runId }) => runId)).not.toContain(RESTORE)
  })

  it('is refused where nothing loads, and where the store gives no files', async () => {
    await using there = await loadWorld()
    const [backend] = there.rig.backends
    if (backend === undefined) throw new Error('no backend')
    const { loader: _loader, ...dumpsOnly } = backend
    const volumes = memory(there.platform, { reads: ['docker-volume', 'stream'] })
    for (const backends of [[dumpsOnly], [volumes]])
      await expect(restore({ ...there.rig, backends }, there.request)).rejects.toMatchObject({
        code: 'RESTORE.UNREADABLE',
        untouched: true,
      })
    await expectClean(there)
  })

  it('is busy while somebody else has the database or what it runs in', async () => {
    for (const key of ['memory-dump:shop', 'memory:shop']) {
      await using there = await loadWorld()
      await using _lock = await there.rig.locks.acquire('other', [key])
      await expect(restore(there.rig, there.request)).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    }
  })

  it('is stuck, with its dump staged, when what loads does not end', async () => {
    await using there = await loadWorld('middle')
    const [backend] = there.rig.backends
    const loader = backend?.loader
    if (backend === undefined || loader === undefined) throw new Error('no loader')
    const unsettled = { ...loader, settle: async () => Promise.reject(new Error('the engine is away')) }
    const rig = { ...there.rig, backends: [{ ...backend, loader: unsettled }] }
    const report = await restore(rig, there.request)
    expect(exitCodeOf(report)).toBe(4)
    expect(report.stuck.map(({ what }) => what)).toEqual(['unfinished memory.load of memory-dump:other'])
    expect(reads(there, 'other')).toBe('fresh and torn')
    expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
    expect(reads(there, 'other')).toBe('fresh and former')
    await expectClean(there)
  })
})

const judge = async (): Promise<string> => 'the judge'

describe('a proof of a dump', () => {
  it('is by the database where it runs, else by the files alone, and leaves nothing', async () => {
    await using there = await loadWorld()
    const request = { runId: RESTORE, point: there.point, store: memoryStore, judge }
    const files = ['a.sql', 'b.sql']
    expect(await proveDump(there.rig, request, { signal: never })).toEqual({ by: 'memory of shop', files })
    await expectClean(there)
    there.platform.databases.delete('shop')
    expect(await proveDump(there.rig, request, { signal: never })).toEqual({ by: 'the judge', files })
    await expectClean(there)
    expect(reads(there, 'other')).toBe('former')
  })

  it('fails for one that is not whole, and leaves nothing, also when it is killed', async () => {
    for (let n = 1; ; n += 1) {
      await using there = await loadWorld(undefined, '\0')
      const request = { runId: RESTORE, point: there.point, store: memoryStore, judge }
      const { staging = '' } = there.rig
      let failure: unknown
      // Not by `expect`, which would wait for what was killed.
      const crashed = await untilPoint(there, n, (rig) =>
        proveDump({ ...rig, staging }, request, { signal: never }).catch((error: unknown) => (failure = error)),
      )
      if (!crashed) expect(failure).toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      there.rig.locks.kill(RESTORE)
      expect((await recover(there.rig, { signal: never })).stuck).toEqual([])
      await expectClean(there)
      if (!crashed) break
    }
  })
})
