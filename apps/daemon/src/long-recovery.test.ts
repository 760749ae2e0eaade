import { setTimeout as delay } from 'node:timers/promises'
import { memoryJournal } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import type { DaemonEvent } from './event.ts'
import { watchRecovery } from './long-recovery.ts'
import { problemList } from './problems.ts'

test('a long recovery says what it waits for, and rarely', async () => {
  const journal = memoryJournal()
  await journal.open([
    { runId: 'r1', order: 0, undo: { kind: 'quiesce', quiescer: 'docker.stop', workload: 'docker:web', token: null } },
  ])
  const told: DaemonEvent[] = []
  const problems = problemList((event) => void told.push(event))
  {
    using _watch = watchRecovery(journal, problems, 40)
    await delay(20)
    expect(told).toEqual([])
    while (told.length < 3) await delay(10)
    expect(problems.all()).toMatchObject([
      { code: 'DAEMON.RECOVERING', why: 'workload docker:web (docker.stop) (run r1)' },
    ])
  }
  // 40, 80, 160 milliseconds; the fourth is far away.
  expect(told.map(({ type }) => type)).toEqual(['problem', 'problem', 'problem', 'solved'])
  expect(problems.all()).toEqual([])
})

test('a quick one says nothing', async () => {
  const told: DaemonEvent[] = []
  const problems = problemList((event) => void told.push(event))
  {
    using _watch = watchRecovery(memoryJournal(), problems, 30)
  }
  await delay(60)
  expect(told).toEqual([])
})
