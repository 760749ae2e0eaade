import { afterEach, describe, expect, it, vi } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { volumeOf } from '../../src/memory/platform.ts'
import type { Performance, WorkOptions } from '../../src/run/perform.ts'
import { perform } from '../../src/run/perform.ts'
import { recover } from '../../src/run/recover.ts'
import type { Rig } from '../../src/rig.ts'
import { withPoints } from '../../src/testing/index.ts'
import { changed, gate } from './changed.ts'
import { never, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'
const OTHER = '20261121t080000z-decade'
const options = { signal: never }

afterEach(() => {
  vi.useRealTimers()
})

function contentOf(there: World): string | undefined {
  return volumeOf(there.platform, 'db').get('file')
}

/** Replaces the content of `db` in two steps, each of which shows. */
function replacing(there: World, given: Partial<Performance<string>> = {}): Performance<string> {
  return {
    runId: RUN,
    verb: 'replace',
    target: 'memory:db',
    keys: ['memory:db'],
    effect: { id: 'memory.replace', token: { volume: 'db', files: { file: 'db content' } } },
    work: async () => {
      volumeOf(there.platform, 'db').set('file', 'half')
      await Promise.resolve()
      volumeOf(there.platform, 'db').set('file', 'new')
      return 'result'
    },
    ...given,
  }
}

/** A process that died in the middle of the verb. */
async function died(there: World, given: Partial<Performance<string>> = {}): Promise<void> {
  const entered = Promise.withResolvers<void>()
  const work = async (): Promise<never> => {
    volumeOf(there.platform, 'db').set('file', 'half')
    entered.resolve()
    return new Promise<never>(() => undefined)
  }
  void perform(there.rig, replacing(there, { work, ...given }), options)
  await entered.promise
  there.rig.locks.kill(given.runId ?? RUN)
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

describe('what a dead process left', () => {
  it('of the same target is taken back first', async () => {
    const there = world({ snapshots: false })
    await died(there)
    let seen: string | undefined
    const work = async (): Promise<string> => {
      seen = contentOf(there)
      return ''
    }
    await perform(there.rig, replacing(there, { runId: OTHER, work }), options)
    expect(seen).toBe('db content')
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('of other targets is left to recover, and so are copies', async () => {
    const there = world({ snapshots: false })
    await died(there, { target: 'memory:web', keys: ['memory:web'] })
    await there.rig.journal.open([
      {
        runId: `${RUN}1`,
        order: 0,
        undo: {
          kind: 'snapshot',
          snapshotter: 'memory',
          ref: {
            id: 's',
            runId: `${RUN}1`,
            target: 'memory:db',
            source: { medium: 'directory', path: '/x' },
            token: null,
          },
        },
      },
    ])
    const pending = vi.spyOn(there.rig.journal, 'pending')
    await perform(there.rig, replacing(there, { runId: OTHER }), options)
    expect(pending).toHaveBeenCalledOnce()
    expect(await there.rig.journal.pending()).toHaveLength(2)
  })

  it('and cannot be put back refuses the verb', async () => {
    const there = world({ snapshots: false })
    await died(there)
    const cannot = changed(there, () => ({
      effects: [
        {
          id: 'memory.replace',
          undo: async () => {
            throw new SalvageError('DISK.FULL', 'the disk is full')
          },
        },
      ],
    }))
    await expect(perform(cannot, replacing(there, { runId: OTHER }), options)).rejects.toMatchObject({
      code: 'RECOVER.STUCK',
      why: 'the disk is full',
    })
    expect(contentOf(there)).toBe('half')
  })

  it('with an effect that nobody here knows is stuck, clearly, and stays', async () => {
    const there = world({ snapshots: false })
    await there.rig.journal.open([
      { runId: RUN, order: 0, undo: { kind: 'effect', effect: 'other.verb', target: 'memory:db', token: null } },
    ])
    const report = await recover(there.rig, options)
    expect(report.stuck).toMatchObject([
      { what: 'unfinished other.verb of memory:db', failure: { code: 'BACKEND.MISSING' } },
    ])
    expect(await there.rig.journal.pending()).toMatchObject([{ attempts: 1 }])
  })

  it('in a journal that was restored from a backup is left as it is', async () => {
    const there = world({ snapshots: false })
    await died(there)
    const journal = {
      ...there.rig.journal,
      pending: async (runId?: string) =>
        (await there.rig.journal.pending(runId)).map((entry) => ({ ...entry, copied: true as const })),
    }
    expect((await recover({ ...there.rig, journal }, options)).stuck).toEqual([])
    expect(contentOf(there)).toBe('half')
    expect(there.events).toContainEqual(
      expect.objectContaining({ finding: expect.objectContaining({ code: 'JOURNAL.COPIED' }) }),
    )
  })
})

/** Lets the work go on until its nth point and then never again, as SIGKILL does. */
async function untilPoint(there: World, n: number): Promise<boolean> {
  let count = 0
  const crashed = Promise.withResolvers<'crashed'>()
  const point = async (): Promise<void> => {
    count += 1
    if (count < n) return
    crashed.resolve('crashed')
    await new Promise(() => undefined)
  }
  const rig: Rig = { ...withPoints(there.rig, point), locks: there.rig.locks }
  const work = async ({ final }: WorkOptions): Promise<string> => {
    await point()
    volumeOf(there.platform, 'db').set('file', 'half')
    await point()
    volumeOf(there.platform, 'db').set('file', 'new')
    await point()
    await final()
    await point()
    return ''
  }
  const ended = await Promise.race([
    perform(rig, replacing(there, { work }), options).then(() => 'ended' as const),
    crashed.promise,
  ])
  return ended === 'crashed'
}

describe('a verb killed at every point', () => {
  it.each(['recover', 'the next verb'])('has happened whole or not at all after %s', async (by) => {
    const seen: (string | undefined)[] = []
    for (let n = 1; ; n += 1) {
      const there = world({ snapshots: false })
      const crashed = await untilPoint(there, n)
      there.rig.locks.kill(RUN)
      if (by === 'recover') expect((await recover(there.rig, options)).stuck).toEqual([])
      else await perform(there.rig, replacing(there, { runId: OTHER, work: async () => '' }), options)
      expect(await there.rig.journal.pending()).toEqual([])
      seen.push(contentOf(there))
      if (!crashed) break
    }
    expect(new Set(seen)).toEqual(new Set(['db content', 'new']))
    // Once it happened it stays so: no point after the first whole one goes back.
    expect(seen.slice(seen.indexOf('new')).every((content) => content === 'new')).toBe(true)
    expect(seen.length).toBeGreaterThan(7)
  })
})
