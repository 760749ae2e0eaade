import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../src/backend.ts'
import { SalvageError } from '../../src/error.ts'
import { setState, workloadOf } from '../../src/memory/platform.ts'
import { recover } from '../../src/run/recover.ts'
import { run } from '../../src/run/run.ts'
import { leftBehind, losing, never, planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

/** The same world with one verb of its backend replaced. */
function changed(there: World, change: (backend: Backend) => Partial<Backend>): World['rig'] {
  return { ...there.rig, backends: there.rig.backends.map((backend) => ({ ...backend, ...change(backend) })) }
}

function withLift(there: World, lift: (id: string, signal: AbortSignal) => Promise<void>): World['rig'] {
  return changed(there, (backend) => ({
    cranes: (backend.cranes ?? []).map((crane) => ({
      ...crane,
      lift: async (ref, source, options) => {
        await lift(ref.target, options.signal)
        return crane.lift(ref, source, options)
      },
    })),
  }))
}

function withQuiescer(there: World, id: string, verb: 'quiesce' | 'resume', call: () => Promise<void>): World['rig'] {
  return changed(there, (backend) => ({
    quiescers: (backend.quiescers ?? []).map((quiescer) => {
      if (quiescer.id !== id) return quiescer
      if (verb === 'quiesce')
        return {
          ...quiescer,
          quiesce: async (token, options) => {
            await quiescer.quiesce(token, options)
            await call()
          },
        }
      return {
        ...quiescer,
        resume: async (token, options) => {
          await call()
          return quiescer.resume(token, options)
        },
      }
    }),
  }))
}

describe.each([{ snapshots: false }, { snapshots: true }])('a run ($snapshots)', (options) => {
  it('ends when its lock is lost, fails with that, and puts everything back', async () => {
    const there = world(options)
    const before = leftBehind(there.platform)
    const lost = new AbortController()
    const rig = withLift(there, async (_, signal) => {
      lost.abort(new SalvageError('LOCK.LOST', 'others took this process for dead'))
      signal.throwIfAborted()
      throw new Error('the lift goes on')
    })
    const report = await run({ ...rig, locks: losing(rig.locks, lost.signal) }, await planOf(there, RUN))
    expect(report).toMatchObject({ outcome: 'failed', aborted: false, stuck: [] })
    const codes = report.groups.flatMap(({ targets }) => targets.map(({ findings }) => findings[0]?.code))
    expect(new Set(codes)).toEqual(new Set(['LOCK.LOST']))
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('copies everything and puts everything back', async () => {
    const there = world(options)
    const before = leftBehind(there.platform)
    const report = await run(there.rig, await planOf(there, RUN))
    expect(report).toMatchObject({ outcome: 'good', aborted: false, stuck: [] })
    expect(there.platform.archives.size).toBe(4)
    expect(await there.rig.catalog.points({})).toHaveLength(4)
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('lifts inside the hold only what cannot be cut', async () => {
    const there = world(options)
    await run(there.rig, await planOf(there, RUN))
    const order = there.events.flatMap((event) => {
      if (event.type === 'lift.started' && event.target === 'memory:db') return ['lift db']
      if (event.type === 'group.held') return ['risen']
      return []
    })
    expect(order).toEqual(options.snapshots ? ['risen', 'lift db'] : ['lift db', 'risen'])
  })
})

describe('a run', () => {
  it('brings dependants to rest first and lets them rise last', async () => {
    const there = world({ snapshots: false })
    await run(there.rig, await planOf(there, RUN))
    const moves = there.events.flatMap((event) => {
      if (event.type === 'workload.quiesced' || event.type === 'workload.resumed')
        return [`${event.type} ${event.workload}`]
      return []
    })
    const at = (move: string): number => moves.indexOf(move)
    expect(at('workload.quiesced memory:web')).toBeLessThan(at('workload.quiesced memory:db'))
    expect(at('workload.resumed memory:db')).toBeLessThan(at('workload.resumed memory:web'))
    expect(moves).not.toContain('workload.quiesced memory:off')
  })

  it.each(['memory:db', 'memory:off'])('fails the copies of a group in which %s is started by hand', async (id) => {
    const there = world({ snapshots: false })
    const rig = withLift(there, async (target) => {
      if (target === 'memory:db') setState(there.platform, id, 'running')
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('partial')
    expect(report.groups[0]?.tainted).toContain(id)
    expect(report.groups[0]?.targets.every((target) => target.outcome === 'failed')).toBe(true)
    expect([...there.platform.archives.values()].map((archive) => archive.ref.target)).toEqual(['memory:lonely'])
    expect(workloadOf(there.platform, 'memory:db').state).toBe('running')
  })

  it('aborts a lift when the hold is over, and lets the workloads rise before the lift has stopped', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    let lifting = true
    const rig = withLift(there, async (target, signal) => {
      if (target === 'memory:lonely') return
      await delay(60_000, undefined, { signal }).catch(() => undefined)
      await delay(200)
      lifting = false
    })
    const risen: boolean[] = []
    const watched = {
      ...rig,
      report: (event: Parameters<typeof rig.report>[0]) => void (event.type === 'group.held' && risen.push(lifting)),
    }
    const report = await run(watched, await planOf(there, RUN, { maxHoldMs: 50 }))
    expect(report.groups[0]?.targets.map((target) => target.findings[0]?.code)).toEqual([
      'HOLD.OVER',
      'HOLD.OVER',
      'HOLD.OVER',
    ])
    expect(risen).toEqual([true])
    expect(leftBehind(there.platform)).toEqual(before)
    expect(await there.rig.journal.pending()).toEqual([])
  })

  it('puts back what was at rest already when a quiescer fails half way', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const rig = withQuiescer(there, 'memory.stop', 'quiesce', async () => {
      throw new SalvageError('MEMORY.BROKEN', 'the stop broke after it had its effect')
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('partial')
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('MEMORY.BROKEN')
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('goes on to the next undo when one fails, says what is stuck, takes nothing more down, and recovers later', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const rig = withQuiescer(there, 'memory.stop', 'resume', async () => {
      throw new SalvageError('MEMORY.BROKEN', 'the start is broken')
    })
    const report = await run(rig, await planOf(there, RUN))
    expect(report.stuck.map((entry) => entry.what)).toEqual(['workload memory:db (memory.stop)'])
    expect(workloadOf(there.platform, 'memory:web').state).toBe('running')
    expect(workloadOf(there.platform, 'memory:db').state).toBe('stopped')
    expect(report.groups.at(-1)?.targets[0]?.findings[0]?.code).toBe('RUN.STOPPED')
    await expect(run(rig, await planOf(there, `${RUN}2`))).rejects.toMatchObject({ code: 'RECOVER.STUCK' })
    expect((await recover(there.rig, { signal: never })).undone).toBe(1)
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('withdraws what a failed lift made, and keeps the others', async () => {
    const there = world({ snapshots: false })
    const rig = changed(there, (backend) => ({
      cranes: (backend.cranes ?? []).map((crane) => ({
        ...crane,
        lift: async (ref, source, options) => {
          const archive = await crane.lift(ref, source, options)
          if (ref.target === 'memory:web') throw new SalvageError('MEMORY.BROKEN', 'broke after the archive was there')
          return archive
        },
      })),
    }))
    const report = await run(rig, await planOf(there, RUN))
    expect(report.outcome).toBe('partial')
    expect([...there.platform.archives.values()].map((archive) => archive.ref.target).toSorted()).toEqual([
      'memory:db',
      'memory:logs',
      'memory:lonely',
    ])
  })

  it('ends early and honestly when it is aborted', async () => {
    const there = world({ snapshots: false })
    const before = leftBehind(there.platform)
    const controller = new AbortController()
    const rig = withLift(there, async () => {
      controller.abort()
    })
    const report = await run(rig, await planOf(there, RUN), { signal: controller.signal })
    expect(report).toMatchObject({ outcome: 'failed', aborted: true })
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('RUN.ABORTED')
    expect(report.groups.at(-1)?.targets[0]?.findings[0]?.code).toBe('RUN.ABORTED')
    expect(leftBehind(there.platform)).toEqual(before)
  })

  it('refuses a plan whose idle workload is up by now', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN)
    setState(there.platform, 'memory:off', 'running')
    const report = await run(there.rig, plan)
    expect(report.groups[0]?.targets[0]?.findings[0]?.code).toBe('HOLD.STALE')
    expect(there.events.some((event) => event.type === 'workload.quiesced')).toBe(false)
  })

  it('touches nothing when preflight fails', async () => {
    const there = world({ snapshots: false })
    const rig = changed(there, (backend) => ({
      cranes: (backend.cranes ?? []).map((crane) => ({
        ...crane,
        preflight: async () => {
          throw new SalvageError('STORE.WRONG_PASSWORD', 'wrong password')
        },
      })),
    }))
    await expect(run(rig, await planOf(there, RUN))).rejects.toMatchObject({ code: 'PREFLIGHT.FAILED' })
    expect(there.events.some((event) => event.type === 'workload.quiescing')).toBe(false)
  })

  it('refuses to run a plan twice', async () => {
    const there = world({ snapshots: false })
    const plan = await planOf(there, RUN)
    await run(there.rig, plan)
    await expect(run(there.rig, plan)).rejects.toMatchObject({ code: 'PLAN.USED' })
    expect(there.platform.archives.size).toBe(4)
  })

  it('is busy while another run holds another name of one of its targets', async () => {
    const there = world({ snapshots: false })
    const rig = changed(there, () => ({ alsoLocked: (ref) => (ref === 'memory:lonely' ? ['other:lonely'] : []) }))
    const plan = await planOf(there, RUN, { targets: ['memory:lonely'] })
    await using _lock = await rig.locks.acquire('other', ['other:lonely'])
    await expect(run(rig, plan)).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })

  it('is busy while another run holds one of its workloads', async () => {
    const there = world({ snapshots: false })
    await using _lock = await there.rig.locks.acquire('other', ['memory:web'])
    await expect(run(there.rig, await planOf(there, RUN))).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  })
})
