import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applySchedule } from './apply-schedule.ts'
import { pauseAll, pauseJob, resumeAll, resumeJob, scheduleJob, unscheduleJob } from './change-schedule.ts'
import { readSchedule } from './read-schedule.ts'
import { parseMinutes } from './schedule-file.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'schedule-'))
  path = join(directory, 'etc', 'schedule.csv')
})

afterEach(async () => {
  await rm(directory, { recursive: true })
})

const text = (): Promise<string> => readFile(path, 'utf8')

async function put(content: string): Promise<void> {
  await mkdir(join(directory, 'etc'), { recursive: true })
  await writeFile(path, content)
}

describe('one job', () => {
  test('is written as buttervolume writes it', async () => {
    scheduleJob(path, { volume: 'v', action: 'snapshot', minutes: 60 })
    scheduleJob(path, { volume: 'v', action: 'synchronize:h1,h2', minutes: '10' })
    expect(await text()).toBe('v,snapshot,60,True\r\nv,"synchronize:h1,h2",10,True\r\n')
    expect(await readSchedule(path)).toMatchObject({
      jobs: [{ volume: 'v', minutes: 60 }, { action: { hosts: ['h1', 'h2'] } }],
      findings: [],
      isPaused: false,
    })
  })

  test('is replaced in its place, resumed by that, and leaves other lines as they are', async () => {
    await put('# mine\nv,snapshot,60,False\nbroken\nw,snapshot,60\n')
    scheduleJob(path, { volume: 'v', action: 'snapshot', minutes: 5 })
    expect(await text()).toBe('# mine\r\nv,snapshot,5,True\r\nbroken\r\nw,snapshot,60\r\n')
  })

  test('is paused, resumed and taken off', async () => {
    await put('v,snapshot,60\r\nw,snapshot,60,True\r\n')
    const job = { volume: 'v', action: 'snapshot' }
    expect(pauseJob(path, job)).toBe(true)
    expect(await text()).toBe('v,snapshot,60,False\r\nw,snapshot,60,True\r\n')
    expect(pauseJob(path, job)).toBe(true)
    expect(resumeJob(path, job)).toBe(true)
    expect(await text()).toBe('v,snapshot,60,True\r\nw,snapshot,60,True\r\n')
    expect(unscheduleJob(path, job)).toBe(true)
    expect(unscheduleJob(path, job)).toBe(false)
    expect([pauseJob(path, job), resumeJob(path, job)]).toEqual([false, false])
    expect(await text()).toBe('w,snapshot,60,True\r\n')
  })

  test('of the deprecated pattern is known by both its names', async () => {
    await put('v,purge:2h:2h,60,True\r\n')
    const findings = scheduleJob(path, { volume: 'v', action: 'purge:2h:2h', minutes: 30 })
    expect(findings).toMatchObject([{ code: 'SCHEDULE.DEPRECATED' }])
    expect(await text()).toBe('v,purge:2h,30,True\r\n')
    expect(unscheduleJob(path, { volume: 'v', action: 'purge:2h:2h' })).toBe(true)
  })

  test('that is not understood can be taken off', async () => {
    await put('v,dance,60,True\r\n')
    expect(unscheduleJob(path, { volume: 'v', action: 'dance' })).toBe(true)
    expect(await text()).toBe('')
  })

  test.each([
    ['SCHEDULE.TIMER', { volume: 'v', action: 'snapshot', minutes: '1.5' }],
    ['SCHEDULE.TIMER', { volume: 'v', action: 'snapshot', minutes: -5 }],
    ['SCHEDULE.TIMER', { volume: 'v', action: 'snapshot', minutes: 'abc' }],
    ['SCHEDULE.TIMER', { volume: 'v', action: 'snapshot', minutes: 0 }],
    ['SCHEDULE.TIMER', { volume: 'v', action: 'snapshot', minutes: '99999999999' }],
    ['SCHEDULE.ACTION', { volume: 'v', action: 'dance', minutes: 1 }],
    ['SCHEDULE.ACTION', { volume: 'v', action: 'purge:1d:1h', minutes: 1 }],
    ['SCHEDULE.ACTION', { volume: 'v', action: 'replicate:', minutes: 1 }],
    ['VOLUME.NAME', { volume: 'a,b', action: 'snapshot', minutes: 1 }],
    ['VOLUME.NAME', { volume: 'a\nb', action: 'snapshot', minutes: 1 }],
  ])('%s: %j is refused', async (code, job) => {
    await put('w,snapshot,60,True\r\n')
    expect(() => scheduleJob(path, job)).toThrow(expect.objectContaining({ code }))
    expect(await text()).toBe('w,snapshot,60,True\r\n')
  })
})

test('the words of buttervolume', async () => {
  const job = { volume: 'v', action: 'snapshot' }
  for (const timer of ['60', 'pause']) applySchedule(path, { ...job, timer })
  expect(await text()).toBe('v,snapshot,60,False\r\n')
  applySchedule(path, { ...job, timer: 'resume' })
  expect(await text()).toBe('v,snapshot,60,True\r\n')
  applySchedule(path, { ...job, timer: 0 })
  expect(await text()).toBe('')
  expect(applySchedule(path, { ...job, timer: 'delete' })).toEqual([])
  expect(() => applySchedule(path, { ...job, timer: 'never' })).toThrow(
    expect.objectContaining({ code: 'SCHEDULE.TIMER' }),
  )
})

describe('everything', () => {
  test('is paused by another name of the file, and resumed', async () => {
    expect(pauseAll(path)).toBe(false)
    await put('v,snapshot,60,True\r\n')
    expect([pauseAll(path), pauseAll(path)]).toEqual([true, true])
    expect(await readSchedule(path)).toMatchObject({ isPaused: true, jobs: [{ volume: 'v' }] })
    expect(() => scheduleJob(path, { volume: 'v', action: 'snapshot', minutes: 1 })).toThrow(
      expect.objectContaining({ code: 'SCHEDULE.PAUSED', message: 'Schedule is globally paused' }),
    )
    expect([resumeAll(path), resumeAll(path)]).toEqual([true, false])
    expect(await readSchedule(path)).toMatchObject({ isPaused: false, jobs: [{ volume: 'v' }] })
  })

  test('is not resumed over another schedule', async () => {
    await put('v,snapshot,60,True\r\n')
    pauseAll(path)
    await put('w,snapshot,60,True\r\n')
    expect(() => resumeAll(path)).toThrow(expect.objectContaining({ code: 'SCHEDULE.CONFLICT' }))
    expect(await text()).toBe('w,snapshot,60,True\r\n')
  })
})

describe('the file', () => {
  test('keeps its mode, and stays where a link shows to', async () => {
    await put('')
    const real = join(directory, 'real.csv')
    await writeFile(real, 'w,snapshot,60,True\r\n')
    await chmod(real, 0o640)
    await rm(path)
    await symlink(real, path)
    scheduleJob(path, { volume: 'v', action: 'snapshot', minutes: 1 })
    expect(await readFile(real, 'utf8')).toBe('w,snapshot,60,True\r\nv,snapshot,1,True\r\n')
    expect((await stat(real)).mode & 0o777).toBe(0o640)
    expect(await readdir(join(directory, 'etc'))).toEqual(['schedule.csv', 'schedule.csv.lock'])
  })

  test('that cannot be read is an error, one that is not there is not', async () => {
    expect(await readSchedule(path)).toEqual({ jobs: [], findings: [], isPaused: false })
    await mkdir(path, { recursive: true })
    await expect(readSchedule(path)).rejects.toMatchObject({ code: 'SCHEDULE.UNREADABLE' })
    expect(() => scheduleJob(path, { volume: 'v', action: 'snapshot', minutes: 1 })).toThrow(
      expect.objectContaining({ code: 'SCHEDULE.UNREADABLE' }),
    )
  })
})

test('what is too long for a timer is told so', () => {
  expect(() => parseMinutes('99999999999')).toThrow(expect.objectContaining({ why: 'it is more than 999999999' }))
  expect(() => parseMinutes('0000000000')).toThrow(expect.objectContaining({ why: 'it is not a whole number above 0' }))
})
