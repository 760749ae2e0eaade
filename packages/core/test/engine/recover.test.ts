import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SalvageError } from '../../src/error.ts'
import type { NewEntry } from '../../src/journal/journal.ts'
import { setState } from '../../src/memory/platform.ts'
import { recover, recoverFirst } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { withPoints } from '../../src/testing/index.ts'
import { gate, withCrane, withQuiescer } from './changed.ts'
import { leftBehind, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const DEAD = '20261121t070000z-dead01'
const RUN = '20261121t080000z-c0ffee'

/** As a dead run left it: stopped, and in the journal. */
async function leftDown(there: World, workload: string, runId = DEAD): Promise<void> {
  const token = { workload, state: 'running', risen: 1, frozen: false }
  const entry: NewEntry = { runId, order: 0, undo: { kind: 'quiesce', quiescer: 'memory.stop', workload, token } }
  const [opened] = await there.rig.journal.open([entry])
  setState(there.platform, workload, 'stopped')
  await there.rig.journal.done([opened?.id ?? 0])
}

describe('a run', () => {
  it('takes back first what an earlier process left of the same plan', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const plan = await planOf(there, RUN)
    await leftDown(there, 'memory:db', RUN)
    await run(there.rig, plan)
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('does not begin while another process is putting its workloads back', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN)
    const before = leftBehind(there.platform)
    await leftDown(there, 'memory:db')
    const { shut, open } = gate()
    const begun = gate()
    const other = withPoints(there.rig, async (name) => {
      if (name !== 'before memory.stop.resume') return
      begun.open()
      await shut
    })
    const recovering = recover({ ...other, locks: there.rig.locks }, { signal: never })
    await begun.shut
    await expect(run(there.rig, plan)).rejects.toMatchObject({ code: 'LOCK.BUSY', retryable: true })
    open()
    await recovering
    expect(leftBehind(there.platform)).toEqual(before)
    expect((await run(there.rig, plan)).outcome).toBe('good')
  })

  it('begins while another process recovers what does not concern it', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN, { targets: ['memory:lonely'] })
    await leftDown(there, 'memory:db')
    await using _recovering = await there.rig.locks.adopt(DEAD)
    expect((await run(there.rig, plan)).outcome).toBe('good')
  })
})

describe('recover', () => {
  it('puts many workloads back at the same time', async () => {
    const there = world({ snapshots: false })
    const db = there.platform.workloads.get('memory:db')
    if (db === undefined) throw new Error('no db')
    for (let n = 0; n < 50; n += 1) {
      there.platform.workloads.set(`memory:many${String(n)}`, { ...db })
      await leftDown(there, `memory:many${String(n)}`)
    }
    let now = 0
    let most = 0
    const rig = withQuiescer(there, 'memory.stop', (stop) => ({
      resume: async (token, options) => {
        now += 1
        most = Math.max(most, now)
        await delay(5)
        now -= 1
        return stop.resume(token, options)
      },
    }))
    expect(await recover(rig, { signal: never })).toMatchObject({ undone: 50, stuck: [] })
    expect(most).toBe(16)
  })

  it('puts the workloads of a run back while a store hangs for what another one left in it', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    await run(there.rig, await planOf(there, RUN, { targets: ['memory:db'] }))
    const ref = [...there.platform.archives.values()][0]?.ref
    if (ref === undefined) throw new Error('nothing was copied')
    const { shut, open } = gate()
    const begun = gate()
    const rig = withCrane(there, () => ({
      clear: async () => {
        begun.open()
        await shut
      },
    }))
    await there.rig.journal.open([{ runId: DEAD, order: 3, undo: { kind: 'lift', ref } }])
    await leftDown(there, 'memory:db', '20261121t070000z-dead02')
    const risen = gate()
    const telling: World['rig'] = {
      ...rig,
      report: ({ type }) => {
        if (type === 'workload.resumed') risen.open()
      },
    }
    const recovering = recover(telling, { signal: never })
    await begun.shut
    await Promise.race([risen.shut, delay(2000)])
    const meanwhile = leftBehind(there.platform)
    open()
    expect(meanwhile).toEqual(before)
    expect(await recovering).toMatchObject({ undone: 2, stuck: [] })
  })

  it('removes neither archive nor place for an entry of a copied journal: they may be what it was restored from', async () => {
    const there = world({ snapshots: false })
    const report = await run(there.rig, await planOf(there, RUN, { targets: ['memory:db'] }))
    const point = report.groups[0]?.targets[0]?.point
    const ref = [...there.platform.archives.values()][0]?.ref
    if (point === undefined || ref === undefined) throw new Error('nothing was copied')
    await there.rig.journal.open([
      { runId: DEAD, order: 3, undo: { kind: 'lift', ref } },
      { runId: DEAD, order: 1, undo: { kind: 'provision', target: 'memory:web', provisioner: 'memory', token: 'web' } },
    ])
    const { journal } = there.rig
    const pending: typeof journal.pending = async (runId) =>
      (await journal.pending(runId)).map((entry) => ({ ...entry, copied: true }))
    const rig = { ...there.rig, journal: { ...journal, pending } }
    expect(await recover(rig, { signal: never })).toMatchObject({ undone: 2, stuck: [] })
    expect(there.platform.archives.has(point.id)).toBe(true)
    expect(there.platform.volumes.has('web')).toBe(true)
    const warnings = there.events.flatMap((event) => (event.type === 'warning' ? event.finding.code : []))
    expect(warnings).toEqual(['JOURNAL.COPIED', 'JOURNAL.COPIED'])
  })

  it('says once that it still tries', async () => {
    const there = world({ snapshots: false })
    await leftDown(there, 'memory:db')
    let tries = 0
    const rig = withQuiescer(there, 'memory.stop', (stop) => ({
      resume: async (token, options) => {
        tries += 1
        if (tries < 3) throw new SalvageError('MEMORY.BUSY', 'not yet', { retryable: true })
        return stop.resume(token, options)
      },
    }))
    expect(await recover(rig, { signal: never })).toMatchObject({ undone: 1 })
    expect(there.events.filter(({ type }) => type === 'undo.waiting')).toHaveLength(1)
  })

  it('puts the others back when one entry cannot be understood, and says what is stuck', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    await leftDown(there, 'memory:db')
    await leftDown(there, 'memory:web')
    const { journal } = there.rig
    const rig: World['rig'] = {
      ...there.rig,
      journal: {
        ...journal,
        pending: async (runId) => {
          const entries = await journal.pending(runId)
          const damaged = {
            ...entries[0],
            id: 99,
            runId: DEAD,
            order: 5,
            phase: 'intent',
            at: '',
            attempts: 0,
          } as const
          return [{ ...damaged, undo: { kind: 'unreadable', why: 'not JSON' } }, ...entries]
        },
      },
    }
    const report = await recover(rig, { signal: never })
    expect(report.stuck.map(({ failure }) => failure.code)).toEqual(['JOURNAL.CORRUPT'])
    expect(leftBehind(there.platform)).toEqual(before)
    await expect(recoverFirst(rig, { signal: never })).rejects.toMatchObject({ code: 'RECOVER.STUCK' })
  })
})
