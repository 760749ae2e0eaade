import { chmod, lstat, mkdir, rename, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import { workloadOf } from '../../src/memory/platform.ts'
import type { Quiescer } from '../../src/quiesce/quiescer.ts'
import { exitCodeOf } from '../../src/report/exit-code.ts'
import { restore } from '../../src/restore/restore.ts'
import type { Rig } from '../../src/rig.ts'
import { recover } from '../../src/run/recover.ts'
import { withPoints } from '../../src/testing/index.ts'
import { byHand, directoryWorld, RESTORE } from './directory-world.ts'
import type { DirectoryWorld } from './directory-world.ts'
import { never } from './world.ts'

function withStop({ rig }: DirectoryWorld, change: (stop: Quiescer) => Partial<Quiescer>): Rig {
  return {
    ...rig,
    backends: rig.backends.map((backend) => ({
      ...backend,
      quiescers: (backend.quiescers ?? []).map((one) => (one.id === 'memory.stop' ? { ...one, ...change(one) } : one)),
    })),
  }
}

/** As the writer stands: does this when it is down and about to be judged. */
function whileDown(given: DirectoryWorld, work: () => Promise<void>): Rig {
  return withStop(given, (stop) => ({
    atRest: async (token, options) => {
      await work()
      return (await stop.atRest?.(token, options)) ?? { atRest: true }
    },
  }))
}

const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

const stateOf = ({ there }: DirectoryWorld): string => workloadOf(there.platform, 'memory:db').state

describe('a restore in place', () => {
  it('exchanges the content, puts the writer back and leaves nothing beside', async () => {
    await using given = await directoryWorld()
    const report = await restore(given.rig, given.request)
    expect(report).toMatchObject({ kind: 'restore', outcome: 'good', stuck: [], warnings: [] })
    expect(report.groups[0]?.holdMs).toBeTypeOf('number')
    expect(await given.content()).toBe('new')
    expect(stateOf(given)).toBe('running')
    expect(await given.leftovers()).toEqual([])
    expect(await given.rig.journal.pending()).toEqual([])
    expect((await given.rig.catalog.runs(1))[0]).toMatchObject({ runId: RESTORE, report: { outcome: 'good' } })
  })

  it('counts its budget from when the writer goes down, not from when it begins to restore beside it', async () => {
    await using given = await directoryWorld(async () => delay(80))
    const report = await restore(given.rig, { ...given.request, maxHoldMs: 40 })
    expect(report.groups[0]?.targets[0]?.findings).toEqual([])
    expect(await given.content()).toBe('new')
  })

  it('leaves no timer when it fails before the writer goes down', async () => {
    await using given = await directoryWorld(async () => {
      throw new SalvageError('ARCHIVE.DAMAGED', 'the archive is damaged')
    })
    const before = timers()
    const report = await restore(given.rig, given.request)
    expect(report).toMatchObject({ outcome: 'failed', stuck: [] })
    expect(timers()).toBe(before)
    expect(await given.leftovers()).toEqual([])
  })

  it('is final before the writer rises, wherever it is killed: nothing is moved under it', async () => {
    const seen = new Set<string>()
    for (let n = 1; ; n += 1) {
      await using given = await directoryWorld()
      let count = 0
      let found = ''
      const killed = Promise.withResolvers<true>()
      const rig = withPoints(given.rig, async () => {
        count += 1
        if (count < n) return
        found = `${stateOf(given)} on ${await given.content()}`
        killed.resolve(true)
        await new Promise(() => undefined)
      })
      const isKilled = await Promise.race([
        restore({ ...rig, locks: given.rig.locks }, given.request).then(() => false),
        killed.promise,
      ])
      given.rig.locks.kill(RESTORE)
      expect(await recover(given.rig, { signal: never })).toMatchObject({ stuck: [] })
      const after = `${stateOf(given)} on ${await given.content()}`
      seen.add(`${found} → ${after}`)
      expect(after, found).toMatch(/^running on (old|new)$/)
      if (found === 'running on new') expect(after).toBe('running on new')
      expect(await given.leftovers()).toEqual([])
      expect(await recover(given.rig, { signal: never })).toEqual({ undone: 0, stuck: [], alive: [] })
      if (!isKilled) break
    }
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'running on old → running on old',
        'stopped on old → running on old',
        'stopped on new → running on old',
        'stopped on new → running on new',
        'running on new → running on new',
      ]),
    )
  })

  it('leaves the old content as it was when the writer is started meanwhile', async () => {
    await using given = await directoryWorld()
    await chmod(given.directory, 0o2751)
    await utimes(given.directory, 1000, 2000)
    const rig = whileDown(given, async () => {
      byHand(given.there, 'running')
      byHand(given.there, 'stopped')
    })
    const report = await restore(rig, given.request)
    expect(report.groups[0]?.targets[0]).toMatchObject({ outcome: 'failed', findings: [{ code: 'HOLD.TAINTED' }] })
    expect(await given.content()).toBe('old')
    const { mode, mtimeMs } = await stat(given.directory)
    expect([mode & 0o7777, mtimeMs]).toEqual([0o2751, 2_000_000])
    expect(await given.leftovers()).toEqual([])
    expect(await given.rig.journal.pending()).toEqual([])
  })

  it('keeps the writer down while the old content cannot be taken back', async () => {
    await using given = await directoryWorld()
    const away = join(given.root, 'away')
    const rig = whileDown(given, async () => {
      await rename(given.directory, away)
      byHand(given.there, 'running')
      byHand(given.there, 'stopped')
    })
    const report = await restore(rig, given.request)
    expect(report.stuck.map(({ what, failure }) => [what, failure.code])).toEqual([
      [`unfinished restore of ${given.request.to} in place`, 'RESTORE.EXCHANGE'],
      ['workload memory:db (memory.stop)', 'RESTORE.HALF_SWAPPED'],
      [`what a restore of ${given.request.to} in place left beside it`, 'RESTORE.HALF_SWAPPED'],
    ])
    expect(exitCodeOf(report)).toBe(4)
    expect(stateOf(given)).toBe('stopped')
    await rename(away, given.directory)
    expect((await recover(given.rig, { signal: never })).stuck).toEqual([])
    expect(`${stateOf(given)} on ${await given.content()}`).toBe('running on old')
    expect(await given.leftovers()).toEqual([])
  })

  it('goes where a symbolic link leads', async () => {
    await using given = await directoryWorld()
    await mkdir(join(given.root, 'elsewhere'))
    await rename(given.directory, join(given.root, 'elsewhere', 'data'))
    await symlink('elsewhere/data', given.directory)
    expect((await restore(given.rig, given.request)).outcome).toBe('good')
    expect((await lstat(given.directory)).isSymbolicLink()).toBe(true)
    expect(await given.content()).toBe('new')
  })

  it('is refused by a writer that came while it restored', async () => {
    await using given = await directoryWorld(async () => {
      given.there.platform.workloads.set('memory:late', {
        ...workloadOf(given.there.platform, 'memory:db'),
        state: 'running',
      })
    })
    const report = await restore(given.rig, given.request)
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('HOLD.STALE')
    expect(`${stateOf(given)} on ${await given.content()}`).toBe('running on old')
    expect(await given.leftovers()).toEqual([])
  })

  it('touches nothing when its run id was used before', async () => {
    await using given = await directoryWorld()
    await restore(given.rig, given.request)
    await writeFile(join(given.directory, 'file'), 'written since')
    await expect(restore(given.rig, given.request)).rejects.toMatchObject({ code: 'PLAN.USED' })
    expect(await given.content()).toBe('file new-folder')
    expect(await given.rig.journal.pending()).toEqual([])
  })

  it('is good, and stuck, when the journal cannot be written at the very end', async () => {
    await using given = await directoryWorld()
    let risen = false
    const journal: Rig['journal'] = {
      ...given.rig.journal,
      settle: async (ids) => {
        if (risen) throw new Error('disk full')
        await given.rig.journal.settle(ids)
      },
    }
    const rig: Rig = {
      ...given.rig,
      journal,
      report: ({ type }) => {
        risen ||= type === 'group.held'
      },
    }
    const report = await restore(rig, given.request)
    expect(report.groups[0]?.targets[0]?.outcome).toBe('good')
    expect(exitCodeOf(report)).toBe(4)
    expect(await given.content()).toBe('new')
    expect((await recover(given.rig, { signal: never })).stuck).toEqual([])
    expect(await given.content()).toBe('new')
  })

  it('is not called aborted when the abort comes too late', async () => {
    await using given = await directoryWorld()
    const controller = new AbortController()
    const rig: Rig = { ...given.rig, report: ({ type }) => void (type === 'group.held' && controller.abort()) }
    const report = await restore(rig, given.request, { signal: controller.signal })
    expect(report).toMatchObject({ outcome: 'good', aborted: false, stuck: [] })
    expect(await given.leftovers()).toEqual([])
  })

  it('is busy while a run holds another name of its target', async () => {
    await using given = await directoryWorld()
    const { to } = given.request
    const other = { id: 'other', alsoLocked: (ref: string) => (ref === to ? ['other:name' as const] : []) }
    const rig = { ...given.rig, backends: [...given.rig.backends, other] }
    await using _lock = await rig.locks.acquire('other', ['other:name'])
    await expect(restore(rig, given.request)).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })

  it('holds the point against a prune', async () => {
    await using given = await directoryWorld(async () => {
      const busy = given.rig.locks.acquire('prune', ['point p1 of fake:store'])
      await expect(busy).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    })
    expect((await restore(given.rig, given.request)).outcome).toBe('good')
  })
})
