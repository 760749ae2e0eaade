import { memory, memoryPlatform } from '@salvage-kit/core'
import type { Finding, MemoryPlatform, Problem, Quiescer, Target, TargetRef } from '@salvage-kit/core'
import { dumpsInto } from '../../src/index.ts'

/** A directory with the dumps of a platform in memory, whose databases are called as targets of Rancher are. */
export interface World {
  readonly platform: MemoryPlatform
  /** What stands in Rancher besides what is dumped. */
  readonly standing: Set<TargetRef>
  readonly problems: Problem[]
  readonly warned: Finding[]
  /** The error with which Rancher answers. */
  failure: Error | undefined
  /** One run: resolves with what could not be dumped. */
  run(signal?: AbortSignal): Promise<readonly Finding[]>
}

/** Every database is dumped into `directory`. */
export function worldIn(directory: string): World {
  const platform = memoryPlatform()
  const of = memory(platform)
  const survey = async (): Promise<{ targets: Target[]; workloads: []; problems: Problem[] }> => {
    if (world.failure !== undefined) throw world.failure
    const targets = [...platform.databases.keys()].map((name): Target => ({
      ref: ref(name),
      source: { medium: 'stream', backend: of.id, token: name, several: true },
      tides: [],
    }))
    return Promise.resolve({ targets, workloads: [], problems: world.problems })
  }
  const standing = new Set<TargetRef>()
  const warned: Finding[] = []
  const backend = dumpsInto({
    of: { id: of.id, discovery: { survey }, ...(of.dumps === undefined ? {} : { dumps: of.dumps }) },
    directory,
    standing: async () => Promise.resolve(new Set([...standing, ...[...platform.databases.keys()].map(ref)])),
    warn: (finding) => void warned.push(finding),
  })
  const [quiescer] = backend.quiescers ?? []
  const world: World = {
    platform,
    standing,
    problems: [],
    warned,
    failure: undefined,
    run: async (signal = new AbortController().signal) => oneRun(quiescer, directory, signal),
  }
  return world
}

async function oneRun(
  quiescer: Quiescer | undefined,
  directory: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  if (quiescer === undefined) throw new Error('no quiescer')
  const token = await quiescer.prepare('dumps', { directory, dumps: true }, { signal })
  const other = new AbortController().signal
  try {
    await quiescer.quiesce(token, { signal })
  } catch (error) {
    await quiescer.resume(token, { signal: other, quiesced: 'maybe' })
    throw error
  }
  return quiescer.resume(token, { signal: other, quiesced: 'yes' })
}

function ref(name: string): TargetRef {
  return name.startsWith('rancher-db:') ? `rancher-db:${name.slice('rancher-db:'.length)}` : `rancher:${name}`
}
