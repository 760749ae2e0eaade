import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pauseAll, resumeAll } from '../../src/schedule/change-schedule.ts'
import { makeMachine, MINUTE } from './machine.ts'
import type { Machine } from './machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await makeMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
})

describe('the file', () => {
  test('is read at each tick, its broken lines are told once', async () => {
    await writeFile(machine.schedulePath, 'v,dance,1\nv,snapshot,1\n')
    let ticks = 0
    machine.atSleep = async () => {
      ticks += 1
      if (ticks === 3) await writeFile(machine.schedulePath, 'w,snapshot,1\n')
    }
    await machine.runFor(6 * MINUTE, machine.jobs())
    expect(machine.done.map((text) => text.slice(-1)).join('')).toBe('vvvwww')
    expect(machine.events.filter(({ type }) => type === 'schedule.finding')).toHaveLength(1)
  })

  test('paused as a whole, and one job of it', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,1,True\nw,snapshot,1,False\n')
    let ticks = 0
    machine.atSleep = () => {
      ticks += 1
      if (ticks === 2) pauseAll(machine.schedulePath)
      if (ticks === 4) resumeAll(machine.schedulePath)
    }
    await machine.runFor(6 * MINUTE, machine.jobs())
    expect(machine.done).toHaveLength(4)
    expect(machine.events.filter(({ type }) => type === 'schedule.paused')).toEqual([
      { type: 'schedule.paused', isPaused: true },
      { type: 'schedule.paused', isPaused: false },
    ])
  })

  test('that nobody may read is told once; one that is not there holds nothing', async () => {
    await machine.runFor(2 * MINUTE, machine.jobs())
    expect(machine.events).toEqual([])
    await machine.runFor(3 * MINUTE, machine.jobs(), MINUTE)
    await rm(machine.schedulePath, { force: true })
    machine.schedulePath = join(machine.directory, 'directory')
    await mkdir(machine.schedulePath)
    await machine.runFor(3 * MINUTE, machine.jobs())
    expect(machine.events).toMatchObject([{ type: 'schedule.finding', finding: { code: 'SCHEDULE.UNREADABLE' } }])
  })
})

describe('what is remembered', () => {
  test('damaged: everything is as if seen for the first time, and that is told', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\n')
    await machine.runFor(MINUTE, machine.jobs())
    expect(JSON.parse(await readFile(machine.statePath, 'utf8'))).toMatchObject({ version: 1, runs: [{ volume: 'v' }] })
    await writeFile(machine.statePath, '{"version":1,')
    await machine.runFor(MINUTE, machine.jobs())
    expect(machine.done).toHaveLength(2)
    expect(machine.events.find(({ type }) => type === 'schedule.finding')).toMatchObject({
      finding: { code: 'SCHEDULE.MEMORY' },
    })
  })

  test('is of one process at a time', async () => {
    await writeFile(machine.schedulePath, '')
    let second: unknown
    machine.atSleep = async () => {
      second = await machine.runFor(MINUTE, machine.jobs()).catch((error: unknown) => error)
    }
    await machine.runFor(MINUTE, machine.jobs())
    expect(second).toMatchObject({ code: 'SCHEDULE.RUNNING' })
  })

  test('somewhere else: the same schedule is run once all the same, also while it is paused or called by a link', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\n')
    await using other = await makeMachine()
    const link = join(other.directory, 'link')
    await symlink(machine.directory, link)
    const seconds: unknown[] = []
    machine.atSleep = async () => {
      for (const path of [machine.schedulePath, join(link, basename(machine.schedulePath))]) {
        other.schedulePath = path
        seconds.push(await other.runFor(MINUTE).catch((error: unknown) => error))
      }
      await rename(machine.schedulePath, `${machine.schedulePath}.disabled`)
      seconds.push(await other.runFor(MINUTE).catch((error: unknown) => error))
    }
    await machine.runFor(MINUTE)
    expect(seconds).toHaveLength(3)
    for (const second of seconds)
      expect(second).toMatchObject({
        code: 'SCHEDULE.RUNNING',
        message: expect.stringContaining(machine.schedulePath),
        why: expect.stringContaining('state directory'),
      })
    expect([...machine.done, ...other.done]).toHaveLength(1)
    await rename(`${machine.schedulePath}.disabled`, machine.schedulePath)
    await other.runFor(MINUTE)
    expect(other.done).toHaveLength(1)
  })

  test('that cannot be written: jobs run all the same, and it is told once', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,1\n')
    await mkdir(`${machine.statePath}.new`, { recursive: true })
    await machine.runFor(5 * MINUTE)
    expect(machine.done).toHaveLength(5)
    expect(machine.events.filter(({ type }) => type === 'schedule.finding')).toMatchObject([
      { finding: { code: 'SCHEDULE.MEMORY', message: expect.stringContaining('cannot be written') } },
    ])
  })

  test('cannot be kept where there is no directory for it', async () => {
    await writeFile(join(machine.directory, 'state'), '')
    await expect(machine.runFor(MINUTE)).rejects.toMatchObject({ code: 'SCHEDULE.MEMORY' })
  })
})
