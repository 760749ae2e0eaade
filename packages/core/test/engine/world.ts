import type { Catalog } from '../../src/catalog/catalog.ts'
import { memoryCatalog } from '../../src/catalog/memory-catalog.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import type { Locks } from '../../src/lock/locks.ts'
import { memoryLocks } from '../../src/lock/memory-locks.ts'
import type { MemoryLocks } from '../../src/lock/memory-locks.ts'
import { memoryStore } from '../../src/memory/crane.ts'
import { memorySnapshots } from '../../src/memory/keeper.ts'
import { memory } from '../../src/memory/memory.ts'
import { memoryPlatform } from '../../src/memory/platform.ts'
import type { MemoryPlatform, MemoryWorkload } from '../../src/memory/platform.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { storesOf } from '../../src/plan/tide.ts'
import type { Tide } from '../../src/plan/tide.ts'
import type { RunEvent } from '../../src/report/event.ts'
import type { Rig } from '../../src/rig.ts'
import { probe } from '../../src/run/probe.ts'
import { survey } from '../../src/run/survey.ts'
import type { TargetRef } from '../../src/target/reference.ts'

/** A memory platform, what outlives a process on it, and a rig that works there. */
export interface World {
  readonly platform: MemoryPlatform
  readonly rig: Rig & { readonly locks: MemoryLocks; readonly catalog: Catalog }
  readonly events: RunEvent[]
}

const T0 = new Date('2026-11-21T08:00:00.000Z')
export const never: AbortSignal = new AbortController().signal

/** Workloads of each kind over shared volumes: db ← web (needs db), a hook, one that is stopped, one that is paused. */
export function world(options: { readonly snapshots: boolean; readonly deduplicates?: boolean }): World {
  const platform = memoryPlatform()
  for (const name of ['db', 'web', 'logs', 'lonely']) platform.volumes.set(name, new Map([['file', `${name} content`]]))
  add(platform, 'db', { by: 'stop', uses: ['memory:db'] })
  add(platform, 'web', { by: 'pause', uses: ['memory:web', 'memory:db'], dependsOn: ['memory:db'] })
  add(platform, 'logger', { by: 'hook', uses: ['memory:logs', 'memory:web'] })
  add(platform, 'off', { by: 'stop', uses: ['memory:db'], state: 'stopped' })
  add(platform, 'napping', { by: 'pause', uses: ['memory:logs'], state: 'paused' })
  const events: RunEvent[] = []
  const rig = {
    backends: [memory(platform, options)],
    journal: memoryJournal(),
    catalog: memoryCatalog(),
    locks: memoryLocks(),
    report: (event: RunEvent) => void events.push(event),
    now: () => T0,
  }
  return { platform, rig, events }
}

function add(
  platform: MemoryPlatform,
  name: string,
  given: Pick<MemoryWorkload, 'by' | 'uses'> & Partial<MemoryWorkload>,
): void {
  platform.workloads.set(`memory:${name}`, { state: 'running', risen: 1, dependsOn: [], frozen: false, ...given })
}

/** What must be as before: the state of each workload, and that nothing of a run is left but what is kept. */
export function leftBehind(platform: MemoryPlatform): unknown {
  return {
    workloads: [...platform.workloads].map(([id, { state, frozen }]) => ({ id, state, frozen })),
    snapshots: [...platform.snapshots.keys()].filter((id) => !platform.kept.has(id)),
    exposures: [...platform.exposures],
    vessels: [...platform.vessels],
    volumes: [...platform.volumes.keys()],
  }
}

/** A plan over all volumes; without `lifted` only what `snapshots` keeps. */
export async function planOf(
  there: World,
  runId: string,
  { lifted = true, store = memoryStore, snapshots, ...tide }: Partial<Tide> & { readonly lifted?: boolean } = {},
): Promise<Plan> {
  const targets: TargetRef[] = ['memory:db', 'memory:web', 'memory:logs', 'memory:lonely']
  const found = await survey(there.rig, { signal: never })
  const common = { targets, grouping: 'smart', maxHoldMs: 60_000, maxConcurrent: 2, ...tide } as const
  const kept = lifted ? snapshots : memorySnapshots
  const whole: Tide =
    kept === undefined ? { store, ...common } : { ...(lifted ? { store } : {}), snapshots: kept, ...common }
  const options = { signal: never, stores: storesOf(whole), snapshots: kept }
  return makePlan(found, await probe(there.rig, found, options), whole, {
    runId,
    now: T0,
    machine: 'here',
  })
}

/** The same locks; each that is taken is lost with the signal. */
export function losing(locks: Locks, lost: AbortSignal): Locks {
  return {
    ...locks,
    acquire: async (runId, keys) => {
      const lock = await locks.acquire(runId, keys)
      return { runId, lost, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() }
    },
  }
}
