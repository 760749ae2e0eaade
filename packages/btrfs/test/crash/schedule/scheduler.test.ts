import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'

const SCHEDULER = join(import.meta.dirname, 'scheduler.ts')
const MINUTE = 60_000

test('killed again and again: jobs that are rarer than the kills run when they are due', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'scheduler-'))
  const schedulePath = join(directory, 'schedule.csv')
  const statePath = join(directory, 'state', 'schedule.json')
  // Each 0.6 s and each 4 s: the process never lives that long.
  await writeFile(schedulePath, 'v,snapshot,60\r\nv,purge:2h,400\r\n')
  const lines: string[] = []
  try {
    for (let round = 0; round < 20; round += 1) {
      const child = spawn(process.execPath, [SCHEDULER, schedulePath, statePath], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const said: string[] = []
      const reader = createInterface(child.stdout).on('line', (line) => said.push(line))
      await once(reader, 'line')
      await sleep(100 + ((round * 37) % 101))
      child.kill('SIGKILL')
      await once(child, 'close')
      lines.push(...said.filter((line) => line !== 'ready'))
      if (lines.length > 0) expect(JSON.parse(await readFile(statePath, 'utf8'))).toMatchObject({ version: 1 })
    }
  } finally {
    await rm(directory, { recursive: true })
  }
  expect(lines.filter((line) => !line.startsWith('ran '))).toEqual([])
  for (const [job, minutes] of [
    ['snapshot', 60],
    ['purge', 400],
  ] as const) {
    const times = lines.flatMap((line) => (line.startsWith(`ran ${job} `) ? [Number(line.split(' ')[2])] : []))
    expect(times.length).toBeGreaterThan(1)
    // Never before its time, but for what ran and was killed before that was written down: within a tick or two.
    const early = times.slice(1).filter((time, at) => time - (times[at] ?? 0) < (minutes - 2) * MINUTE)
    expect(early.length).toBeLessThanOrEqual(2)
  }
})
