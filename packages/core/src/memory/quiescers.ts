import { z } from 'zod'
import type { Json } from '../json.ts'
import type { Quiescer } from '../quiesce/quiescer.ts'
import { setState, workloadOf } from './platform.ts'
import type { MemoryPlatform } from './platform.ts'

const token = z.strictObject({
  workload: z.string(),
  state: z.enum(['running', 'paused', 'stopped']),
  risen: z.number(),
  frozen: z.boolean(),
})

/** The quiescers of the memory platform: `memory.stop`, `memory.pause` and `memory.hook`. */
export function memoryQuiescers(platform: MemoryPlatform): readonly Quiescer[] {
  return [
    stateQuiescer(platform, 'stop', 'stopped'),
    stateQuiescer(platform, 'pause', 'paused'),
    hookQuiescer(platform),
  ]
}

async function prepare(platform: MemoryPlatform, id: string, signal: AbortSignal): Promise<Json> {
  signal.throwIfAborted()
  const workload = workloadOf(platform, id)
  return { workload: id, state: workload.state, risen: workload.risen, frozen: workload.frozen }
}

function stateQuiescer(platform: MemoryPlatform, verb: 'stop' | 'pause', rest: 'stopped' | 'paused'): Quiescer {
  return {
    id: `memory.${verb}`,
    prepare: (id, _settings, options) => prepare(platform, id, options.signal),
    quiesce: async (given, options) => {
      options.signal.throwIfAborted()
      const before = token.parse(given)
      if (before.state === 'running') setState(platform, before.workload, rest)
    },
    resume: async (given, options) => {
      options.signal.throwIfAborted()
      const before = token.parse(given)
      if (before.state === 'running') setState(platform, before.workload, 'running')
      return []
    },
    atRest: async (given) => {
      const before = token.parse(given)
      const now = workloadOf(platform, before.workload)
      if (now.state === 'running') return { atRest: false, why: `${before.workload} is running` }
      if (now.risen !== before.risen) return { atRest: false, why: `${before.workload} was started in between` }
      return { atRest: true }
    },
  }
}

function hookQuiescer(platform: MemoryPlatform): Quiescer {
  return {
    id: 'memory.hook',
    prepare: (id, _settings, options) => prepare(platform, id, options.signal),
    quiesce: async (given, options) => {
      options.signal.throwIfAborted()
      const before = token.parse(given)
      workloadOf(platform, before.workload).frozen = true
    },
    resume: async (given, options) => {
      options.signal.throwIfAborted()
      const before = token.parse(given)
      workloadOf(platform, before.workload).frozen = before.frozen
      return []
    },
  }
}
