import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '../../src/memory/crane.ts'
import type { MemoryDump } from '../../src/memory/platform.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { probe } from '../../src/run/probe.ts'
import { survey } from '../../src/run/survey.ts'
import type { Medium } from '../../src/target/source.ts'
import { memory } from '../../src/memory/memory.ts'
import { never, world } from './world.ts'
import type { World } from './world.ts'

/** A world with databases, whose crane reads streams or, with `staged`, directories alone. */
export interface StreamWorld extends World, AsyncDisposable {
  /** What stands where dumps are staged. */
  staged(): Promise<readonly string[]>
}

export async function streamWorld(
  databases: { readonly [name: string]: MemoryDump },
  { staged = false, snapshots = false }: { readonly staged?: boolean; readonly snapshots?: boolean } = {},
): Promise<StreamWorld> {
  const there = world({ snapshots })
  const reads: readonly Medium[] = ['docker-volume', staged ? 'directory' : 'stream']
  for (const [name, one] of Object.entries(databases)) there.platform.databases.set(name, one)
  const home = await mkdtemp(join(tmpdir(), 'salvage-streams-'))
  const staging = join(home, 'staging')
  return {
    ...there,
    rig: { ...there.rig, staging, backends: [memory(there.platform, { snapshots, reads })] },
    staged: async () => readdir(staging).catch(() => []),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  }
}

export function database(files: { readonly [name: string]: string }, fails?: MemoryDump['fails']): MemoryDump {
  return { files: new Map(Object.entries(files)), ...(fails === undefined ? {} : { fails }) }
}

/** A plan over the volume `db`, whose workloads come to rest, and these databases. */
export async function streamPlan({ rig }: StreamWorld, runId: string, names: readonly string[]): Promise<Plan> {
  const found = await survey(rig, { signal: never })
  const targets = ['memory:db' as const, ...names.map((name) => `memory-dump:${name}` as const)]
  const tide = { targets, grouping: 'smart', maxHoldMs: 60_000, maxConcurrent: 2, store: memoryStore } as const
  const options = { runId, now: new Date('2026-11-21T08:00:00.000Z'), machine: 'here' }
  return makePlan(found, await probe(rig, found, { signal: never, stores: [memoryStore] }), tide, options)
}
