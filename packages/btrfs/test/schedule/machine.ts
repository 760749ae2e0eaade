import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SchedulerClock } from '../../src/schedule/clock.ts'
import type { ScheduleEvent } from '../../src/schedule/event.ts'
import type { ScheduleJobs } from '../../src/schedule/jobs.ts'
import { runSchedule } from '../../src/schedule/run-schedule.ts'

export const MINUTE = 60_000
export const HOUR: number = 60 * MINUTE
export const DAY: number = 24 * HOUR

/** A machine with a schedule and two clocks. Time passes only while the scheduler sleeps. */
export interface Machine extends AsyncDisposable {
  readonly directory: string
  schedulePath: string
  readonly statePath: string
  /** Everything that was told. */
  readonly events: ScheduleEvent[]
  /** `TIME ACTION VOLUME …` of what was done. */
  readonly done: string[]
  wall: number
  uptime: number
  boot: string
  /** Called at each sleep, before time passes. */
  atSleep: () => void | Promise<void>
  pass(ms: number): void
  jobs(more?: Partial<ScheduleJobs>): ScheduleJobs
  /** Runs the scheduler so long, as a process of its own would. */
  runFor(ms: number, jobs?: ScheduleJobs, tickMs?: number): Promise<void>
  failures(): readonly string[]
}

export async function makeMachine(): Promise<Machine> {
  const directory = await mkdtemp(join(tmpdir(), 'scheduler-'))
  const events: ScheduleEvent[] = []
  const done: string[] = []
  const note = (text: string): number => done.push(`${new Date(machine.wall).toISOString().slice(0, 16)} ${text}`)
  const machine: Machine = {
    directory,
    schedulePath: join(directory, 'schedule.csv'),
    statePath: join(directory, 'state', 'schedule.json'),
    events,
    done,
    wall: Date.parse('2026-11-21T00:00:00Z'),
    uptime: 5 * DAY,
    boot: 'one',
    atSleep: () => undefined,
    pass(ms) {
      machine.wall += ms
      machine.uptime += ms
    },
    jobs(more = {}) {
      return {
        snapshot: async (volume) => note(`snapshot ${volume}`),
        replicate: async (volume, host) => note(`replicate ${volume} ${host}`),
        purge: async (volume, pattern) => note(`purge ${volume} ${pattern}`),
        synchronize: async (volume, hosts) => note(`synchronize ${volume} ${hosts.join(' ')}`),
        ...more,
      }
    },
    async runFor(ms, jobs = machine.jobs(), tickMs = MINUTE) {
      const until = new AbortController()
      await runSchedule({
        settings: { schedulePath: machine.schedulePath, tickMs },
        jobs,
        statePath: machine.statePath,
        tell: (event) => events.push(event),
        clock: clockOf(machine, until, machine.uptime + ms),
        signal: until.signal,
      })
    },
    failures: () => events.flatMap((event) => (event.type === 'schedule.failed' ? [event.finding.message] : [])),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
  return machine
}

function clockOf(machine: Machine, until: AbortController, end: number): SchedulerClock {
  return {
    now: () => new Date(machine.wall),
    uptimeMs: () => machine.uptime,
    bootId: () => machine.boot,
    sleep: async (ms) => {
      // What was begun at this tick comes to its end first, unless it hangs.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      await machine.atSleep()
      machine.pass(ms)
      if (machine.uptime >= end) until.abort()
    },
  }
}
