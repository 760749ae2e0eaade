import {
  makePlan,
  memory,
  memoryCatalog,
  memoryJournal,
  memoryLocks,
  memoryPlatform,
  newRunId,
  probe,
  run,
  survey,
} from '@salvage-kit/core'
import type { Rig, Tide } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { pruneTide } from './prune-tide.ts'

const store = { ref: 'memory:store', crane: 'memory', settings: {} } as const
const tide: Tide = { targets: ['memory:data'], grouping: 'smart', store, maxHoldMs: 60_000, maxConcurrent: 1 }
const options = { signal: new AbortController().signal }

/** What stays of two runs, each of another pod, when each keeps one. */
async function leftOf(home: string | undefined): Promise<readonly unknown[]> {
  const platform = memoryPlatform()
  platform.volumes.set('data', new Map([['file', 'content']]))
  for (const [n, machine] of ['pod-1', 'pod-2'].entries()) {
    const now = new Date(Date.UTC(2026, 10, 21, n))
    const rig: Rig = {
      backends: [memory(platform, { snapshots: false })],
      journal: memoryJournal(),
      catalog: memoryCatalog(),
      locks: memoryLocks(),
      report: () => undefined,
      now: () => now,
    }
    const found = await survey(rig, options)
    const capabilities = await probe(rig, found, { ...options, stores: [store] })
    const targets = found.targets.map((target) => (home === undefined ? target : { ...target, machine: home }))
    const runId = newRunId(now, String(n).repeat(16))
    const plan = makePlan({ ...found, targets }, capabilities, tide, { runId, now, machine })
    const report = await run(rig, plan, options)
    await pruneTide(rig, { plan, report, keep: { last: 1 } }, options)
  }
  return [...platform.archives.values()].map(({ point }) => point.machine)
}

test('a pod counts the copies of other pods of its cluster, and leaves those of other machines alone', async () => {
  expect(await leftOf('k8s-3f1c2b9a-77d0')).toEqual(['k8s-3f1c2b9a-77d0'])
  expect(await leftOf(undefined)).toEqual(['pod-1', 'pod-2'])
})
