import { afterEach, describe, expect, it, vi } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { volumeOf } from '../../src/memory/platform.ts'
import type { WorkOptions } from '../../src/run/perform.ts'
import { perform } from '../../src/run/perform.ts'
import type { VerbRecord } from '../../src/run/recorded.ts'
import { gate } from './changed.ts'
import { contentOf, options, OTHER, replacing, RUN } from './replacing.ts'
import { losing, world } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
})

function fail(code: string): never {
  throw new SalvageError(code, 'full')
}

async function unreadable(): Promise<never> {
  return fail('CATALOG.UNREADABLE')
}

describe('a verb', () => {
  it('works under its locks with the way back in the journal, tells, and leaves nothing', async () => {
    const there = world({ snapshots: false })
    const work = async (): Promise<string> => {
      expect(await there.rig.journal.pending()).toMatchObject([
        { runId: RUN, undo: { kind: 'effect', effect: 'memory.replace', target: 'memory:db' } },
      ])
      await expect(there.rig.locks.acquire(OTHER, ['memory:db'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      return 'result'
    }
    expect(await perform(there.rig, replacing(there, { work }), options)).toBe('result')
    expect(await there.rig.journal.pending()).toEqual([])
    await there.rig.locks.acquire(OTHER, ['memory:db'])
    expect(there.events).toMatchObject([
      { type: 'verb.started', runId: RUN, verb: 'replace', target: 'memory:db' },
      { type: 'verb.finished', runId: RUN, verb: 'replace', target: 'memory:db' },
    ])
  })

  it('is taken back at once when it fails, and says why it failed', async () => {
    const there = world({ snapshots: false })
    const work = async (): Promise<never> => {
      volumeOf(there.platform, 'db').set('file', 'half')
      throw new SalvageError('A.B', 'full')
    }
    await expect(perform(there.rig, replacing(there, { work }), options)).rejects.toMatchObject({ code: 'A.B' })
    expect(contentOf(there)).toBe('db content')
    expect(await there.rig.journal.pending()).toEqual([])
    expect(there.events.map(({ type }) => type)).toEqual(['verb.started', 'undone', 'verb.failed'])
  })

  it('ends when its lock is lost', async () => {
    const there = world({ snapshots: false })
    const lost = new AbortController()
    const work = async ({ signal }: WorkOptions): Promise<never> => {
      lost.abort(new SalvageError('LOCK.LOST', 'others took this process for dead'))
      signal.throwIfAborted()
      throw new Error('it goes on')
    }
    const rig = { ...there.rig, locks: losing(there.rig.locks, lost.signal) }
    await expect(perform(rig, replacing(there, { work }), options)).rejects.toMatchObject({ code: 'LOCK.LOST' })
    expect(contentOf(there)).toBe('db content')
  })

  it('takes nothing back when its error says that nothing was touched', async () => {
    const there = world({ snapshots: false })
    const work = async (): Promise<never> => {
      volumeOf(there.platform, 'db').set('file', 'of somebody else')
      throw new SalvageError('A.B', 'exists', { untouched: true })
    }
    await expect(perform(there.rig, replacing(there, { work }), options)).rejects.toMatchObject({ code: 'A.B' })
    expect(contentOf(there)).toBe('of somebody else')
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('keeps what was final when what comes after fails', async () => {
    const there = world({ snapshots: false })
    const work = async ({ final }: WorkOptions): Promise<never> => {
      volumeOf(there.platform, 'db').set('file', 'new')
      await final()
      expect(await there.rig.journal.pending()).toEqual([])
      await final()
      throw new SalvageError('A.B', 'tidying failed')
    }
    await expect(perform(there.rig, replacing(there, { work }), options)).rejects.toMatchObject({ code: 'A.B' })
    expect(contentOf(there)).toBe('new')
  })

  it('is remembered when that is asked for, also while it works, when it fails and when it is aborted', async () => {
    const there = world({ snapshots: false })
    const record: VerbRecord<string> = {
      kind: 'send',
      done: (result, liftMs) => [
        { target: 'memory:db', outcome: 'good', liftMs, transfer: { host: result, bytes: 5 }, findings: [] },
      ],
      failed: (finding) => [{ target: 'memory:db', outcome: 'failed', findings: [finding] }],
    }
    const last = async (): Promise<unknown> => (await there.rig.catalog.runs(1))[0]
    const work = async (): Promise<string> => {
      expect(await last()).toMatchObject({ runId: RUN, kind: 'send' })
      expect(await last()).not.toHaveProperty('report')
      return 'far'
    }
    await perform(there.rig, replacing(there, { record, work }), options)
    expect(await last()).toMatchObject({
      runId: RUN,
      report: { kind: 'send', outcome: 'good', groups: [{ targets: [{ transfer: { host: 'far', bytes: 5 } }] }] },
    })
    await expect(
      perform(there.rig, replacing(there, { record, work: async () => fail('A.B'), runId: `${RUN}1` }), options),
    ).rejects.toMatchObject({ code: 'A.B' })
    expect(await last()).toMatchObject({
      runId: `${RUN}1`,
      report: { outcome: 'failed', aborted: false, groups: [{ targets: [{ findings: [{ code: 'A.B' }] }] }] },
    })
    const stopping = new AbortController()
    const aborts = async (): Promise<never> => {
      stopping.abort(new Error('enough'))
      throw new Error('cut off')
    }
    const { signal } = stopping
    await expect(
      perform(there.rig, replacing(there, { record, work: aborts, runId: `${RUN}2` }), { signal }),
    ).rejects.toThrow('enough')
    expect(await last()).toMatchObject({
      report: { aborted: true, groups: [{ targets: [{ findings: [{ code: 'RUN.ABORTED' }] }] }] },
    })
  })

  it('does its work also when the catalog cannot be written, and tells', async () => {
    const there = world({ snapshots: false })
    const catalog = { ...there.rig.catalog, startRun: unreadable, finishRun: unreadable }
    const record: VerbRecord<string> = { kind: 'send', done: () => [], failed: () => [] }
    expect(await perform({ ...there.rig, catalog }, replacing(there, { record }), options)).toBe('result')
    expect(there.events.filter(({ type }) => type === 'warning')).toHaveLength(2)
  })

  it('asks for its way back under the locks, and writes nothing down when that refuses', async () => {
    const there = world({ snapshots: false })
    const effect = async (): Promise<never> => {
      await expect(there.rig.locks.acquire(OTHER, ['memory:db'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      throw new SalvageError('A.EXISTS', 'exists')
    }
    const open = vi.spyOn(there.rig.journal, 'open')
    await expect(perform(there.rig, replacing(there, { effect }), options)).rejects.toMatchObject({ code: 'A.EXISTS' })
    expect(open).not.toHaveBeenCalled()
    expect(contentOf(there)).toBe('db content')
  })

  it('needs no way back when it has none', async () => {
    const there = world({ snapshots: false })
    await perform(there.rig, replacing(there, { effect: async () => undefined }), options)
    expect(contentOf(there)).toBe('new')
  })

  it('is not begun when nobody here could take it back', async () => {
    const there = world({ snapshots: false })
    const effect = { id: 'other.verb', token: null }
    await expect(perform(there.rig, replacing(there, { effect }), options)).rejects.toMatchObject({
      code: 'BACKEND.MISSING',
    })
    expect(contentOf(there)).toBe('db content')
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('waits for a short one on the same target, and no longer than it was told', async () => {
    const there = world({ snapshots: false })
    const { shut, open } = gate()
    const first = perform(there.rig, replacing(there, { work: async () => shut.then(() => 'first') }), options)
    const second = perform(there.rig, replacing(there, { runId: OTHER }), options)
    await expect(
      perform(there.rig, replacing(there, { runId: `${OTHER}1`, waitMs: 20 }), options),
    ).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    open()
    expect(await Promise.all([first, second])).toEqual(['first', 'result'])
  })

  it('is taken back after an abort, with the reason of the abort', async () => {
    const there = world({ snapshots: false })
    const abort = new AbortController()
    const work = async ({ signal }: WorkOptions): Promise<never> => {
      volumeOf(there.platform, 'db').set('file', 'half')
      abort.abort(new SalvageError('ABORTED', 'stopped'))
      signal.throwIfAborted()
      throw new Error('not reached')
    }
    await expect(perform(there.rig, replacing(there, { work }), { signal: abort.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
    expect(contentOf(there)).toBe('db content')
    await expect(perform(there.rig, replacing(there), { signal: abort.signal })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  it('that does not end after an abort keeps its way back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const there = world({ snapshots: false })
    const abort = new AbortController()
    const work = async (): Promise<never> => {
      abort.abort(new SalvageError('ABORTED', 'stopped'))
      return new Promise<never>(() => undefined)
    }
    const performed = perform(there.rig, replacing(there, { work }), { signal: abort.signal })
    const refused = expect(performed).rejects.toMatchObject({ code: 'RECOVER.STUCK' })
    await vi.advanceTimersByTimeAsync(60_000)
    await refused
    expect(await there.rig.journal.pending()).toHaveLength(1)
  })
})
