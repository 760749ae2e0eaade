import { writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, makeMachine, MINUTE } from './machine.ts'
import type { Machine } from './machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await makeMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
})

describe('clocks that jump', () => {
  test('two hours back: no job stalls', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,10\n')
    await machine.runFor(HOUR, machine.jobs())
    machine.wall -= 2 * HOUR
    await machine.runFor(HOUR, machine.jobs())
    expect(machine.done).toHaveLength(12)
  })

  test('two hours back while the machine was off: a weekly job runs a week later at the latest', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,10080\n')
    await machine.runFor(7 * DAY, machine.jobs(), HOUR)
    expect(machine.done).toHaveLength(1)
    Object.assign(machine, { wall: machine.wall - 300 * DAY, boot: 'two', uptime: 0 })
    for (let day = 0; day < 7; day += 1) {
      await machine.runFor(DAY, machine.jobs(), HOUR)
      Object.assign(machine, { boot: `three ${String(day)}`, uptime: 0 })
    }
    await machine.runFor(HOUR, machine.jobs(), HOUR)
    expect(machine.done).toHaveLength(2)
  })

  test('ten years ahead: no burst, and nothing is purged until the clock is right or has stood for a day', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\nv,purge:2h,60\n')
    const purges = (): number => machine.done.filter((text) => text.includes('purge')).length
    await machine.runFor(2 * HOUR, machine.jobs())
    expect([machine.done.length, purges()]).toEqual([4, 2])
    machine.atSleep = () => {
      machine.atSleep = () => undefined
      machine.wall += 3650 * DAY
    }
    await machine.runFor(2 * HOUR, machine.jobs())
    expect([machine.done.length, purges()]).toEqual([6 + 1, 2 + 1])
    // The process is started anew meanwhile.
    await machine.runFor(3 * HOUR, machine.jobs())
    expect(purges()).toBe(3)
    machine.wall -= 3650 * DAY
    await machine.runFor(HOUR, machine.jobs())
    expect(purges()).toBe(4)
    machine.wall += 3650 * DAY
    await machine.runFor(26 * HOUR, machine.jobs())
    expect(purges()).toBe(4 + 2)
    expect(machine.events.filter((event) => event.type === 'schedule.finding')).toMatchObject([
      { finding: { code: 'SCHEDULE.CLOCK' } },
      { finding: { code: 'SCHEDULE.CLOCK' } },
      { finding: { code: 'SCHEDULE.CLOCK' } },
    ])
  })

  test('ten years ahead when the machine starts: nothing is purged until the clock has stood for a day', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\nv,purge:2h,60\n')
    const purges = (): number => machine.done.filter((text) => text.includes('purge')).length
    await machine.runFor(HOUR)
    expect(purges()).toBe(1)
    // Off for a month: that is told by no other clock than the wrong one will be.
    Object.assign(machine, { wall: machine.wall + 30 * DAY, boot: 'two', uptime: 0 })
    await machine.runFor(HOUR)
    expect(purges()).toBe(2)
    Object.assign(machine, { wall: machine.wall + 3650 * DAY, boot: 'three', uptime: 0 })
    await machine.runFor(2 * HOUR)
    // The process is started anew meanwhile.
    await machine.runFor(2 * HOUR)
    expect([machine.done.length, purges()]).toEqual([4 + 4, 2])
    expect(machine.events.filter(({ type }) => type === 'schedule.finding')).toMatchObject([
      { finding: { code: 'SCHEDULE.CLOCK' } },
      { finding: { code: 'SCHEDULE.CLOCK' } },
    ])
    machine.wall -= 3650 * DAY
    await machine.runFor(HOUR)
    expect(purges()).toBe(3)
    Object.assign(machine, { wall: machine.wall + 3650 * DAY, boot: 'four', uptime: 0 })
    await machine.runFor(26 * HOUR)
    expect(purges()).toBe(3 + 2)
  })

  test('a container that counts its own uptime: no job stalls', async () => {
    await writeFile(machine.schedulePath, 'v,snapshot,60\nv,purge:2h,60\n')
    await machine.runFor(HOUR)
    machine.pass(30 * MINUTE)
    machine.uptime = 0
    await machine.runFor(HOUR)
    expect(machine.done).toHaveLength(4)
    expect(machine.events.filter(({ type }) => type === 'schedule.finding')).toEqual([])
  })
})
