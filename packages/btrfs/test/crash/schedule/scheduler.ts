import { uptime } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SchedulerClock } from '../../../src/schedule/clock.ts'
import { runSchedule } from '../../../src/schedule/run-schedule.ts'

/** Runs a schedule for ever, a minute in 10 ms, and tells each job: `scheduler.ts SCHEDULE STATE`. */
const [schedulePath = '', statePath = ''] = process.argv.slice(2)
const SPEED = 6000
const clock: SchedulerClock = {
  now: () => new Date(uptime() * 1000 * SPEED),
  uptimeMs: () => uptime() * 1000 * SPEED,
  bootId: () => 'one',
  sleep: async (ms) => sleep(ms / SPEED),
}
const ran = async (what: string): Promise<void> => console.log(`ran ${what} ${String(Math.round(clock.uptimeMs()))}`)

console.log('ready')
await runSchedule({
  settings: { schedulePath, tickMs: 60_000 },
  statePath,
  jobs: {
    snapshot: async () => ran('snapshot'),
    purge: async () => ran('purge'),
    replicate: async () => ran('replicate'),
    synchronize: async () => ran('synchronize'),
  },
  tell: (event) => {
    if (event.type === 'schedule.finding' || event.type === 'schedule.failed') console.log(`odd ${event.finding.code}`)
  },
  clock,
  signal: new AbortController().signal,
})
