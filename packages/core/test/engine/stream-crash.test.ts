import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { untilPoint } from './until-point.ts'
import { leftBehind, never } from './world.ts'
import { database, streamPlan, streamWorld } from './stream-world.ts'

const RUN = '20261121t080000z-c0ffee'

describe.each([{ staged: false }, { staged: true }])('a run with streams killed at every point (%o)', ({ staged }) => {
  it('leaves whole archives or none, and nothing that was staged, also when the recovery is killed too', async () => {
    const seen = new Set<string>()
    let points = 0
    for (let n = 1; ; n += 1) {
      const bad = database({ 'bad.sql': 'cut' }, 'verdict')
      await using there = await streamWorld({ shop: database({ 'shop.sql': 'CREATE TABLE' }), bad }, { staged })
      const before = leftBehind(there.platform)
      // One after the other: what a process does beside the point that kills it would go on here.
      const plan = { ...(await streamPlan(there, RUN, ['shop', 'bad'])), maxConcurrent: 1 }
      const crashed = await untilPoint(there, n, (rig) => run({ ...there.rig, ...rig }, plan))
      there.rig.locks.kill(RUN)
      if ((await there.staged()).length > 0) seen.add('staged')
      const { staging } = there.rig
      for (const { undo } of await there.rig.journal.pending())
        if (undo.kind === 'effect') seen.add(`${undo.effect} of ${undo.target}`)
      await untilPoint(there, 1 + (n % 5), (rig) =>
        recover({ ...rig, ...(staging === undefined ? {} : { staging }) }, { signal: never }),
      )
      there.rig.locks.kill(RUN)
      expect((await recover(there.rig, { signal: never })).stuck, `point ${String(n)}`).toEqual([])
      expect(await there.staged(), `point ${String(n)}`).toEqual([])
      expect(await there.rig.journal.pending()).toEqual([])
      expect(leftBehind(there.platform), `point ${String(n)}`).toEqual(before)
      for (const { ref, files } of there.platform.archives.values()) {
        expect(ref.target).not.toBe('memory-dump:bad')
        if (ref.target === 'memory-dump:shop') expect([...files]).toEqual([['shop.sql', 'CREATE TABLE']])
      }
      for (const { id } of await there.rig.catalog.points({})) expect(there.platform.archives.has(id)).toBe(true)
      points = n
      if (!crashed) break
    }
    expect(points).toBeGreaterThan(60)
    if (staged)
      expect([...seen].toSorted()).toEqual([
        'core.staging of memory-dump:bad',
        'core.staging of memory-dump:shop',
        'staged',
      ])
  })
})

describe('what a journal says of a staged dump', () => {
  it('removes it also when the journal is a copy, and nothing that is no place of a lift', async () => {
    await using there = await streamWorld({})
    const { staging = '' } = there.rig
    const directory = join(staging, `${RUN}-1`)
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, 'shop.sql'), 'CREATE')
    const entry = (
      token: { readonly liftId: string } | { readonly directory: string },
    ): Parameters<typeof there.rig.journal.open>[0][number] => ({
      runId: RUN,
      order: 0,
      undo: { kind: 'effect', target: 'memory-dump:shop', effect: 'core.staging', token },
    })
    await there.rig.journal.open([entry({ liftId: `${RUN}-1` })])
    const { journal } = there.rig
    const copied = {
      ...journal,
      pending: async (runId?: string) =>
        (await journal.pending(runId)).map((one) => ({ ...one, copied: true as const })),
    }
    expect((await recover({ ...there.rig, journal: copied }, { signal: never })).stuck).toEqual([])
    expect(await there.staged()).toEqual([])
    const own = join(staging, '..', 'of-somebody')
    await mkdir(own)
    for (const token of [{ liftId: '..' }, { liftId: '../of-somebody' }, { directory: own }])
      await there.rig.journal.open([entry(token)])
    const { stuck } = await recover(there.rig, { signal: never })
    expect(stuck.map(({ runId }) => runId)).toEqual([RUN, RUN, RUN])
    expect((await stat(own)).isDirectory()).toBe(true)
    await rm(own, { recursive: true })
  })
})
