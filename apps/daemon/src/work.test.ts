import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRedactor } from '@salvage-kit/core'
import type { TideMark } from '@salvage-kit/core'
import { freshRunId, loadConfig, openState } from '@salvage-kit/host'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import type { DaemonEvent } from './event.ts'
import { workers } from './work.ts'

test('a time that comes while the run goes on is not taken for its own', async () => {
  using folder = temporaryDirectory()
  const { path } = folder
  for (const name of ['a', 'store']) mkdirSync(join(path, name))
  const file = join(path, 'salvage-kit.yaml')
  const tide = { to: `archive:${join(path, 'store')}`, targets: [`dir:${join(path, 'a')}`] }
  writeFileSync(file, JSON.stringify({ docker: { enabled: false }, tides: { t: tide } }))
  const loaded = await loadConfig({ file, environment: {}, directory: path })
  const marks: TideMark[] = []
  let hour = 3
  const crew = workers({
    tell: (event) => {
      if (event.type === 'run.event' && event.event.type === 'lift.started') hour = 4
    },
    now: () => new Date(),
    signal: new AbortController().signal,
    open: async () => ({
      loaded,
      stateDirectory: join(path, 'state'),
      directory: path,
      redactor: createRedactor(),
    }),
    mark: (mark) => void marks.push(mark),
    begun: () => 0,
  })
  const asked: number[] = []
  const nominal = (): Date => {
    asked.push(hour)
    return new Date(Date.UTC(2026, 0, 1, hour))
  }
  const { exitCode } = await crew.run({ tide: 't', runId: freshRunId(new Date()), nominal })
  expect(exitCode).toBe(0)
  expect(hour).toBe(4)
  // Who asks is answered with the newest time, which then counts as seen to.
  expect(asked).not.toContain(4)
  expect(marks).toEqual([
    { tide: 't', nominal: '2026-01-01T03:00:00.000Z', begun: 1, ended: false },
    { tide: 't', nominal: '2026-01-01T03:00:00.000Z', begun: 1, ended: true },
  ])
})

test('a run that waits says so once for each cause, however often it tries', async () => {
  using folder = temporaryDirectory()
  const { path } = folder
  for (const name of ['a', 'b', 'store']) mkdirSync(join(path, name))
  const file = join(path, 'salvage-kit.yaml')
  const tide = { to: `archive:${join(path, 'store')}`, targets: [`dir:${join(path, 'a')}`, `dir:${join(path, 'b')}`] }
  writeFileSync(file, JSON.stringify({ docker: { enabled: false }, tides: { t: tide } }))
  const loaded = await loadConfig({ file, environment: {}, directory: path })
  using state = openState(join(path, 'state'))
  const told: DaemonEvent[] = []
  const count = { tries: 0 }
  const crew = workers({
    tell: (event) => void told.push(event),
    now: () => new Date(),
    signal: new AbortController().signal,
    open: async () => ({
      loaded,
      stateDirectory: join(path, 'state'),
      directory: path,
      redactor: createRedactor(),
      wrap: (rig) => {
        count.tries += 1
        return rig
      },
    }),
    mark: () => undefined,
    begun: () => 0,
  })
  const hold = async (runId: string, name: string): Promise<AsyncDisposable> =>
    state.locks.acquire(runId, [`dir:${join(path, name)}`])
  const first = await hold('first', 'a')
  const ended = crew.run({ tide: 't', runId: freshRunId(new Date()) })
  while (count.tries < 2) await delay(20)
  const second = await hold('second', 'b')
  await first[Symbol.asyncDispose]()
  const saidSo = (): readonly string[] =>
    told.flatMap((event) => (event.type === 'tide.waiting' ? [event.finding.message] : []))
  await expect.poll(saidSo, { timeout: 20_000 }).toContainEqual(expect.stringContaining('run second'))
  await second[Symbol.asyncDispose]()
  expect(await ended).toMatchObject({ exitCode: 0 })
  const waits = saidSo()
  expect(waits[0]).toContain('run first')
  expect(waits.at(-1)).toContain('run second')
  expect(waits).toEqual([...new Set(waits)])
  expect(waits.length).toBeLessThan(count.tries)
})
