import { expect, it } from 'vitest'
import type { Backend } from '../../src/backend.ts'
import { SalvageError } from '../../src/error.ts'
import type { SlotOptions } from '../../src/target/slot.ts'
import { exitCodeOfError } from '../../src/report/exit-code.ts'
import type { Rig } from '../../src/rig.ts'
import { run } from '../../src/run/run.ts'
import { planOf, world } from './world.ts'
import type { World } from './world.ts'

const RUN = '20261121t080000z-c0ffee'

/** One place, and how it went. */
interface Counted {
  readonly rig: Rig
  readonly told: string[]
  readonly lost: AbortController
}

function counted({ rig }: World, take: (options: SlotOptions) => Promise<void> = async () => undefined): Counted {
  const told: string[] = []
  const lost = new AbortController()
  const slot: Backend['slot'] = async (targets, options) => {
    told.push(`asked for ${String(targets.length)}`)
    await take(options)
    return {
      name: 'one',
      lost: lost.signal,
      [Symbol.asyncDispose]: async () => void told.push('free'),
    }
  }
  return { rig: { ...rig, backends: rig.backends.map((backend) => ({ ...backend, slot })) }, told, lost }
}

it('a run has its place before anything is touched, and frees it at its end', async () => {
  const there = world({ snapshots: true })
  const { rig, told } = counted(there, async ({ onWait }) => {
    expect(await there.rig.journal.pending()).toEqual([])
    onWait?.({ code: 'LOCK.SLOT_WAITING', message: 'waits' })
  })
  const plan = await planOf(there, RUN)
  const report = await run(rig, plan)
  expect(report.outcome).toBe('good')
  expect(report.warnings).toMatchObject([{ code: 'LOCK.SLOT_WAITING' }])
  expect(told).toEqual([`asked for ${String(plan.groups.flatMap(({ targets }) => targets).length)}`, 'free'])
})

it('a run whose locks are held frees its place', async () => {
  const there = world({ snapshots: true })
  const plan = await planOf(there, RUN)
  const { rig, told } = counted(there)
  await using _other = await there.rig.locks.acquire(
    'other',
    plan.groups.flatMap(({ targets }) => targets),
  )
  await expect(run(rig, plan)).rejects.toMatchObject({ code: 'LOCK.BUSY' })
  expect(told.at(-1)).toBe('free')
})

it('a run that gets no place is busy, and has touched nothing', async () => {
  const there = world({ snapshots: true })
  const none = new SalvageError('LOCK.SLOTS_TAKEN', 'none became free')
  const { rig } = counted(there, async () => {
    throw none
  })
  await expect(run(rig, await planOf(there, RUN))).rejects.toBe(none)
  expect(exitCodeOfError(none)).toBe(6)
  expect(there.events).toEqual([])
})

it('an abort ends the wait, whatever the wait throws', async () => {
  const there = world({ snapshots: true })
  const aborting = new AbortController()
  const { rig } = counted(there, async ({ signal }) => {
    aborting.abort()
    expect(signal.aborted).toBe(true)
    throw new Error('interrupted')
  })
  await expect(run(rig, await planOf(there, RUN), aborting)).rejects.toMatchObject({ code: 'RUN.ABORTED' })
})

it('a run that loses its place ends', async () => {
  const there = world({ snapshots: true })
  const { rig, told, lost } = counted(there)
  const taken = new SalvageError('LOCK.LOST', 'taken for dead')
  const watched: Rig = {
    ...rig,
    report: (event) => {
      if (event.type === 'group.started') lost.abort(taken)
    },
  }
  const report = await run(watched, await planOf(there, RUN))
  expect(report).toMatchObject({ outcome: 'failed', aborted: false, stuck: [] })
  expect(told.at(-1)).toBe('free')
})
