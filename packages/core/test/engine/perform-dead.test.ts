import { describe, expect, it, vi } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import type { RunLock } from '../../src/lock/locks.ts'
import { volumeOf } from '../../src/memory/platform.ts'
import type { WorkOptions } from '../../src/run/perform.ts'
import { perform } from '../../src/run/perform.ts'
import { recover } from '../../src/run/recover.ts'
import type { Rig } from '../../src/rig.ts'
import { withPoints } from '../../src/testing/index.ts'
import { changed } from './changed.ts'
import { contentOf, died, options, OTHER, replacing, RUN } from './replacing.ts'
import { world } from './world.ts'
import type { World } from './world.ts'

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

  it('and another process puts back just now is waited for, as long as for a lock', async () => {
    const there = world({ snapshots: false })
    await died(there)
    // Who recovers took the run over after this verb took the keys.
    const { locks: own } = there.rig
    let asked = 0
    const adopt = async (runId: string): Promise<RunLock | undefined> =>
      (asked += 1) < 3 ? undefined : own.adopt(runId)
    const locks = { ...own, adopt }
    const rig = { ...there.rig, locks }
    await expect(perform(rig, replacing(there, { runId: OTHER, waitMs: 0 }), options)).rejects.toMatchObject({
      code: 'LOCK.BUSY',
    })
    expect(await perform(rig, replacing(there, { runId: OTHER }), options)).toBe('result')
    expect(await there.rig.journal.pending()).toEqual([])
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
