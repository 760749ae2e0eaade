import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scheduleJob } from '../../../src/schedule/change-schedule.ts'
import { readSchedule } from '../../../src/schedule/read-schedule.ts'

const WRITER = join(import.meta.dirname, 'writer.ts')
const FIXED = ['# kept', 'fixed,purge:4h:1d,60,True', 'broken']
const LINE = /^(# kept|fixed,purge:4h:1d,60,True|broken|[ab],snapshot,\d+,True)$/

let directory: string
let path: string
let children: ChildProcess[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schedule-'))
  path = join(directory, 'schedule.csv')
  await writeFile(path, `${FIXED.join('\r\n')}\r\n`)
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(directory, { recursive: true })
})

async function writer(volume: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WRITER, path, volume], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

/** Whole lines only, and of each job one. */
async function checkFile(): Promise<void> {
  const text = await readFile(path, 'utf8')
  const lines = text.split('\r\n')
  expect(lines.pop()).toBe('')
  expect(lines.slice(0, FIXED.length)).toEqual(FIXED)
  for (const line of lines) expect(line).toMatch(LINE)
  const jobs = lines.map((line) => line.split(',').slice(0, 2).join(','))
  expect(new Set(jobs).size).toBe(jobs.length)
}

test(
  'two that write at once: the file is whole at every look, and no line of either is lost',
  { timeout: 90_000 },
  async () => {
    const [one, other] = await Promise.all([writer('a'), writer('b')])
    const seen = new Set<number>()
    // Who waits for the other may wait long on a busy machine.
    const end = performance.now() + 60_000
    for (let look = 0; look < 300 || (!seen.has(3) && performance.now() < end); look += 1) {
      await checkFile()
      seen.add((await readSchedule(path)).jobs.length)
      await sleep(1)
    }
    expect(seen).toContain(3)
    one.kill('SIGKILL')
    other.kill('SIGKILL')
  },
)

test('killed anywhere in a change: the file is whole, and the next one works', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 25; round += 1) {
    const child = await writer('a')
    await sleep((round * 7) % 23)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await checkFile()
    scheduleJob(path, { volume: 'b', action: 'snapshot', minutes: round + 1 })
    await checkFile()
    expect(await readFile(path, 'utf8')).toContain(`b,snapshot,${String(round + 1)},True\r\n`)
  }
})
