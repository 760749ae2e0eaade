import { randomUUID } from 'node:crypto'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { endMarked } from './end-processes.ts'
import { markedProcesses } from './process-table.ts'

function start(script: string, value: string) {
  return execa('sh', ['-c', script], { env: { SALVAGE_TEST_MARK: value }, reject: false, stdio: 'ignore' })
}

async function count(mark: string, wanted: number): Promise<void> {
  await expect.poll(async () => (await markedProcesses(mark)).length, { timeout: 5_000 }).toBe(wanted)
}

test('ends what is marked with all that descends from it, and nothing else', async () => {
  const [value, another] = [randomUUID(), randomUUID()]
  const mark = `SALVAGE_TEST_MARK=${value}`
  const bystander = start('exec sleep 60', another)
  const child = start('env -i sleep 61 & setsid sleep 62 & sleep 63', value)
  await count(mark, 4)
  await endMarked(mark, { first: 'SIGTERM', graceMs: 100 })
  await child
  expect(await markedProcesses(mark)).toEqual([])
  expect((await markedProcesses(`SALVAGE_TEST_MARK=${another}`)).length).toBeGreaterThan(0)
  bystander.kill('SIGKILL')
})

test('a mark that only begins alike is another', async () => {
  const value = randomUUID()
  const child = start('exec sleep 60', `${value}-longer`)
  await count(`SALVAGE_TEST_MARK=${value}-longer`, 1)
  await endMarked(`SALVAGE_TEST_MARK=${value}`, { first: 'SIGTERM', graceMs: 100 })
  await count(`SALVAGE_TEST_MARK=${value}-longer`, 1)
  child.kill('SIGKILL')
})

test('kills what does not listen, after it had its time', async () => {
  const value = randomUUID()
  const child = start('trap "" TERM INT; while :; do sleep 0.05; done', value)
  await count(`SALVAGE_TEST_MARK=${value}`, 2)
  await endMarked(`SALVAGE_TEST_MARK=${value}`, { first: 'SIGTERM', graceMs: 100 })
  expect((await child).signal).toBe('SIGKILL')
})

test('asks first those that nobody else of them has started', async () => {
  const value = randomUUID()
  const child = start('trap "exit 42" INT; sleep 60 & wait', value)
  await count(`SALVAGE_TEST_MARK=${value}`, 2)
  await endMarked(`SALVAGE_TEST_MARK=${value}`, { first: 'SIGINT', graceMs: 300 })
  expect((await child).exitCode).toBe(42)
})
