import { writeFile } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ScheduleJobs } from '../../src/schedule/jobs.ts'
import { DAY, HOUR, makeMachine, MINUTE } from './machine.ts'
import type { Machine } from './machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await makeMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
})

describe('when jobs run', () => {
  test('every minute, at each tick', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,1,True\r\n')
    await machine.runFor(10 * MINUTE, machine.jobs())
    expect(machine.done).toEqual(
      Array.from({ length: 10 }, (_, minute) => `2026-11-21T00:0${String(minute)} snapshot v`),
    )
  })

  test('every one of its actions, with what it takes', async () => {
    await writeFile(machine.schedulePath, 'v,replicate:h,5\nv,purge:2h:2h,5\nv,"synchronize:a,b",5\nv,snapshot,5\n')
    await machine.runFor(MINUTE, machine.jobs())
    expect(machine.done.map((text) => text.slice(17)).toSorted()).toEqual([
      'purge v 2h',
      'replicate v h',
      'snapshot v',
      'synchronize v a b',
    ])
  })

  test(
    'two years: daily, every second day, weekly; restarted each day, the machine each month',
    { timeout: 60_000 },
    async () => {
      await writeFile(machine.schedulePath, 'v,snapshot,1440\nv,purge:1d:4w:1y,2880\nv,replicate:h,10080\n')
      for (let day = 0; day < 730; day += 1) {
        await machine.runFor(DAY, machine.jobs(), 12 * HOUR)
        if (day % 30 === 0) Object.assign(machine, { boot: String(day), uptime: 0 })
      }
      const count = (word: string): number => machine.done.filter((text) => text.includes(word)).length
      expect(count('snapshot')).toBe(730)
      expect(count('purge')).toBe(365)
      expect(count('replicate')).toBe(Math.floor((730 - 6) / 7) + 1)
      expect(machine.failures()).toEqual([])
    },
  )

  test('what was missed is made up for once', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\n')
    await machine.runFor(MINUTE, machine.jobs())
    machine.pass(30 * HOUR)
    await machine.runFor(HOUR, machine.jobs())
    expect(machine.done).toHaveLength(2)
    // Asleep, with the process alive.
    machine.atSleep = () => {
      machine.atSleep = () => undefined
      machine.pass(10 * HOUR)
    }
    await machine.runFor(12 * HOUR, machine.jobs())
    expect(machine.done).toHaveLength(2 + 1 + 2)
  })

  test('what failed is tried at the next tick and told, and never taken for done', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\n')
    let attempts = 0
    const done: string[] = []
    const snapshot = async (): Promise<void> => {
      attempts += 1
      if (attempts <= 3) throw new SalvageError('BTRFS.NO_SPACE', 'no room')
      done.push('done')
    }
    await machine.runFor(10 * MINUTE, machine.jobs({ snapshot }))
    expect([attempts, done.length]).toEqual([4, 1])
    expect(machine.events.filter(({ type }) => type === 'schedule.failed')).toMatchObject([
      { isRepeated: false, finding: { code: 'BTRFS.NO_SPACE' } },
      { isRepeated: true },
      { isRepeated: true },
    ])
    expect(machine.events.at(-1)).toMatchObject({ type: 'schedule.succeeded', failures: 3 })
  })

  test('what takes a snapshot before it fails is tried ever more rarely: a host that is away fills no disk', async () => {
    await writeFile(machine.schedulePath, 'v,synchronize:h,60\n')
    const start = machine.uptime
    const attempts: number[] = []
    const synchronize = async (): Promise<void> => {
      attempts.push((machine.uptime - start) / MINUTE)
      if (attempts.length < 10) throw new SalvageError('SYNC.PARTLY', 'no answer')
    }
    await machine.runFor(6 * HOUR, machine.jobs({ synchronize }))
    expect(attempts).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303])
    expect(machine.failures()).toHaveLength(9)
    // A new process, a new start.
    await machine.runFor(1.5 * HOUR, machine.jobs({ synchronize }))
    expect(attempts).toHaveLength(13)
  })

  test('a lock of somebody else is waited for, not told', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\n')
    let attempts = 0
    const snapshot = async (): Promise<void> => {
      attempts += 1
      if (attempts < 4) throw new SalvageError('LOCK.BUSY', 'busy')
    }
    await machine.runFor(2 * MINUTE, machine.jobs({ snapshot }))
    expect([attempts, machine.failures()]).toEqual([4, []])
  })
})

describe('jobs beside each other', () => {
  test('one that hangs delays no other, and does not overlap itself', async () => {
    await writeFile(
      machine.schedulePath,
      'v,replicate:h,1\nv,snapshot,1\nw,snapshot,1\nw,purge:2h,1\nv,"synchronize:x,y",1\n',
    )
    let begun = 0
    const replicate: ScheduleJobs['replicate'] = async (_volume, _host, { signal }) => {
      begun += 1
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
    }
    await machine.runFor(10 * MINUTE, machine.jobs({ replicate }))
    expect(begun).toBe(1)
    expect(machine.done).toHaveLength(40)
    expect(machine.failures()).toEqual([])
  })

  test('those of one volume take turns, all of them at most four at a time', async () => {
    const volumes = Array.from({ length: 9 }, (_, at) => `v${String(at)}`)
    await writeFile(
      machine.schedulePath,
      volumes.map((volume) => `${volume},snapshot,1\n${volume},purge:2h,1\n`).join(''),
    )
    const inside = new Map<string, number>()
    let most = 0
    const work = async (volume: string): Promise<void> => {
      inside.set(volume, (inside.get(volume) ?? 0) + 1)
      expect(inside.get(volume)).toBe(1)
      most = Math.max(
        most,
        [...inside.values()].reduce((sum, n) => sum + n),
      )
      await new Promise((resolve) => setImmediate(resolve))
      inside.set(volume, 0)
    }
    await machine.runFor(3 * MINUTE, machine.jobs({ snapshot: work, purge: work }))
    expect([most, machine.failures()]).toEqual([4, []])
  })
})
