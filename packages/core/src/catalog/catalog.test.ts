import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { RunReport } from '../report/report.ts'
import type { Reference } from '../target/reference.ts'
import type { Catalog } from './catalog.ts'
import { memoryCatalog } from './memory-catalog.ts'
import { sqliteCatalog } from './sqlite-catalog.ts'

const directories: string[] = []
const open: Disposable[] = []

afterEach(() => {
  for (const catalog of open.splice(0)) catalog[Symbol.dispose]()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

function inFile(): Catalog {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-catalog-'))
  directories.push(directory)
  const catalog = sqliteCatalog(join(directory, 'catalog.sqlite'))
  open.push(catalog)
  return catalog
}

function report(runId: string, startedAt: string): RunReport {
  return {
    version: 1,
    runId,
    kind: 'run',
    tide: 'nightly',
    startedAt,
    endedAt: startedAt,
    outcome: 'partial',
    aborted: false,
    groups: [
      {
        id: 'g1',
        holdMs: 12,
        tainted: 'started by hand',
        targets: [
          { target: 'dir:/a', outcome: 'good', point: point('p1', 'dir:/a', startedAt), liftMs: 5, findings: [] },
          { target: 'dir:/b', outcome: 'failed', findings: [{ code: 'A.B', message: 'm', why: 'w', hint: 'h' }] },
        ],
      },
    ],
    skipped: [{ target: 'dir:/c', finding: { code: 'A.B', message: 'm' } }],
    stuck: [{ what: 'workload x', runId, attempts: 2, failure: { code: 'A.B', message: 'm' } }],
    warnings: [{ code: 'A.B', message: 'm' }],
  }
}

function point(id: string, target: Reference, takenAt: string, store: Reference = 'archive:/one'): RestorePoint {
  return {
    kind: 'archive',
    id,
    target,
    store,
    takenAt,
    state: 'good',
    bytes: 1,
    files: 2,
    token: { path: ['x', null] },
  }
}

describe.each([
  ['memory', memoryCatalog],
  ['sqlite', inFile],
])('the %s catalog', (_name, make) => {
  test('remembers runs, newest first, with their reports once they have ended', async () => {
    const catalog = make()
    await catalog.startRun({ runId: 'r2', kind: 'run', startedAt: '2026-01-02T00:00:00.000Z' })
    await catalog.startRun({ runId: 'r1', kind: 'restore', tide: 't', startedAt: '2026-01-01T00:00:00.000Z' })
    await catalog.startRun({ runId: 'r3', kind: 'run', startedAt: '2026-01-02T00:00:00.000Z' })
    const ended = report('r2', '2026-01-02T00:00:00.000Z')
    await catalog.finishRun(ended)
    expect(await catalog.runs(10)).toEqual([
      { runId: 'r3', kind: 'run', startedAt: '2026-01-02T00:00:00.000Z' },
      { runId: 'r2', kind: 'run', startedAt: '2026-01-02T00:00:00.000Z', report: ended },
      { runId: 'r1', kind: 'restore', tide: 't', startedAt: '2026-01-01T00:00:00.000Z' },
    ])
    expect((await catalog.runs(1)).map(({ runId }) => runId)).toEqual(['r3'])
    expect((await catalog.runs(1, { tide: 't' })).map(({ runId }) => runId)).toEqual(['r1'])
    expect(await catalog.runs(1, { tide: 'another' })).toEqual([])
    expect((await catalog.runs(1, { kind: 'restore' })).map(({ runId }) => runId)).toEqual(['r1'])
  })

  test('remembers the end of a run whose start it never saw', async () => {
    const catalog = make()
    const ended = report('r1', '2026-01-02T00:00:00.000Z')
    await catalog.finishRun(ended)
    expect(await catalog.runs(10)).toEqual([
      { runId: 'r1', kind: 'run', tide: 'nightly', startedAt: ended.startedAt, report: ended },
    ])
  })

  test('gives points newest last, by target and by store', async () => {
    const catalog = make()
    const late = point('late', 'dir:/a', '2026-03-01T00:00:00.000Z')
    const early = point('early', 'dir:/a', '2026-01-01T00:00:00.000Z', 'archive:/two')
    const other = point('other', 'dir:/b', '2026-02-01T00:00:00.000Z')
    for (const each of [late, early, other]) await catalog.addPoint(each)
    expect(await catalog.points({})).toEqual([early, other, late])
    expect(await catalog.points({ targets: ['dir:/a'] })).toEqual([early, late])
    expect(await catalog.points({ targets: ['dir:/a', 'dir:/b'], store: 'archive:/one' })).toEqual([other, late])
    expect(await catalog.points({ store: 'archive:/two' })).toEqual([early])
    expect(await catalog.points({ targets: [] })).toEqual([])
  })

  test('knows a point by its store and id: added again it is replaced, removed again it is gone', async () => {
    const catalog = make()
    const first = point('p', 'dir:/a', '2026-01-01T00:00:00.000Z')
    const sameIdElsewhere = point('p', 'dir:/a', '2026-01-02T00:00:00.000Z', 'archive:/two')
    await catalog.addPoint(first)
    await catalog.addPoint(sameIdElsewhere)
    await catalog.addPoint({ ...first, pinned: 'by hand' })
    expect(await catalog.points({})).toEqual([{ ...first, pinned: 'by hand' }, sameIdElsewhere])
    await catalog.removePoints([first])
    await catalog.removePoints([first])
    expect(await catalog.points({})).toEqual([sameIdElsewhere])
  })

  test('spares targets until a run has copied them; a restore copies nothing', async () => {
    const catalog = make()
    await catalog.spare(['dir:/a', 'dir:/b'])
    await catalog.spare(['dir:/b', 'dir:/c'])
    await catalog.finishRun({ ...report('restored', '2026-01-01T00:00:00.000Z'), kind: 'restore' })
    expect(await catalog.spared()).toEqual(new Set(['dir:/a', 'dir:/b', 'dir:/c']))
    await catalog.finishRun(report('copied', '2026-01-02T00:00:00.000Z'))
    expect(await catalog.spared()).toEqual(new Set(['dir:/b', 'dir:/c']))
  })

  test('of transfers that fail again and again for one reason keeps the newest, and of all of them a thousand', async () => {
    const catalog = make()
    let minute = 0
    const send = async (given: {
      target?: 'btrfs:v@1' | 'btrfs:w@1'
      host?: string
      code?: string
      kind?: 'send' | 'sync'
    }): Promise<void> => {
      const { target = 'btrfs:v@1', host = 'h', code, kind = 'send' } = given
      const at = new Date(Date.UTC(2026, 0, 1, 0, (minute += 1))).toISOString()
      await catalog.startRun({ runId: `r${String(minute)}`, kind, startedAt: at })
      await catalog.finishRun({
        version: 1,
        runId: `r${String(minute)}`,
        kind,
        startedAt: at,
        endedAt: at,
        outcome: code === undefined ? 'good' : 'failed',
        aborted: false,
        groups: [
          {
            id: kind,
            targets: [
              {
                target,
                outcome: code === undefined ? 'good' : 'failed',
                transfer: { host, bytes: 3, parent: 'v@0' },
                findings: code === undefined ? [] : [{ code, message: 'm' }],
              },
            ],
          },
        ],
        skipped: [],
        stuck: [],
        warnings: [],
      })
    }
    const known = async (): Promise<readonly string[]> => (await catalog.runs(2000)).map(({ runId }) => runId)
    await send({ code: 'A.B' })
    await send({ code: 'A.B', target: 'btrfs:w@1' })
    await send({ code: 'A.B' })
    await send({ code: 'A.C' })
    await send({ code: 'A.C', host: 'other' })
    await send({ code: 'A.C', kind: 'sync' })
    await send({})
    await send({})
    await send({ code: 'A.C' })
    await send({ code: 'A.C' })
    expect(await known()).toEqual(['r10', 'r8', 'r7', 'r6', 'r5', 'r4', 'r3', 'r2'])
    expect((await catalog.runs(2))[1]?.report?.groups[0]?.targets[0]?.transfer).toEqual({
      host: 'h',
      bytes: 3,
      parent: 'v@0',
    })
    // A schedule that sends to two hosts, neither of which answers.
    for (const host of ['one', 'two', 'one', 'two']) await send({ code: 'A.D', host })
    expect(await known()).toEqual(['r14', 'r13', 'r10', 'r8', 'r7', 'r6', 'r5', 'r4', 'r3', 'r2'])
    await catalog.finishRun(report('tide', '2025-01-01T00:00:00.000Z'))
    for (let n = 0; n < 1000; n += 1) await send({})
    expect((await known()).length).toBe(1001)
    expect((await known()).at(-1)).toBe('tide')
  })

  test('knows how far each tide has come', async () => {
    const catalog = make()
    expect(await catalog.marks()).toEqual([])
    const nightly = { tide: 'nightly', nominal: '2026-01-01T03:00:00.000Z', begun: 0, ended: false }
    await catalog.mark(nightly)
    await catalog.mark({ ...nightly, tide: 'weekly' })
    await catalog.mark({ ...nightly, nominal: '2026-01-02T03:00:00.000Z', begun: 2, ended: true })
    expect((await catalog.marks()).toSorted((a, b) => (a.tide < b.tide ? -1 : 1))).toEqual([
      { tide: 'nightly', nominal: '2026-01-02T03:00:00.000Z', begun: 2, ended: true },
      { ...nightly, tide: 'weekly' },
    ])
  })
})
