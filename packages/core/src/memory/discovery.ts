import { EventEmitter, on } from 'node:events'
import type { CallOptions } from '../call-options.ts'
import type { Discovery, Survey, WorkloadEvent } from '../target/discovery.ts'
import type { Target } from '../target/target.ts'
import type { MemoryPlatform } from './platform.ts'

/** Finds the volumes and workloads of a memory platform. */
export function memoryDiscovery(platform: MemoryPlatform): Discovery {
  return {
    survey: async (options) => {
      options.signal.throwIfAborted()
      return surveyOf(platform)
    },
    watch: (options) => watch(platform, options),
  }
}

function surveyOf(platform: MemoryPlatform): Survey {
  return {
    targets: [...volumesOf(platform), ...databasesOf(platform)],
    workloads: [...platform.workloads].map(([id, workload]) => ({
      id,
      name: id,
      state: workload.state,
      ...(workload.project === undefined ? {} : { project: workload.project }),
      uses: workload.uses,
      dependsOn: workload.dependsOn,
      quiesce: [{ quiescer: `memory.${workload.by}`, settings: null }],
      down: { quiescer: 'memory.stop', settings: null },
    })),
    problems: [],
  }
}

function volumesOf({ volumes }: MemoryPlatform): readonly Target[] {
  return [...volumes.keys()]
    .filter((name) => !/^(snapshot|staged)\//.test(name))
    .map((name) => ({ ref: `memory:${name}`, source: { medium: 'docker-volume', name }, tides: [] }))
}

function databasesOf({ databases }: MemoryPlatform): readonly Target[] {
  return [...databases].map(([name, { files }]) => ({
    ref: `memory-dump:${name}`,
    source: {
      medium: 'stream',
      backend: 'memory',
      token: name,
      ...(files.size > 1 ? { several: true as const } : {}),
    },
    tides: [],
  }))
}

async function* watch(platform: MemoryPlatform, options: CallOptions): AsyncGenerator<WorkloadEvent | 'ready'> {
  const emitter = new EventEmitter()
  const listener = (event: WorkloadEvent): void => {
    emitter.emit('event', event)
  }
  const events = on(emitter, 'event', { signal: options.signal })
  platform.listeners.add(listener)
  try {
    yield 'ready'
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the emitter is local and emits nothing else
    for await (const [event] of events as AsyncIterable<[WorkloadEvent]>) yield event
  } finally {
    platform.listeners.delete(listener)
  }
}
