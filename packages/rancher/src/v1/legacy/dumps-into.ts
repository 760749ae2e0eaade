import type { Backend, Workload } from '@salvage-kit/core'
import type { DumpsOf } from './dump-all.ts'
import { DUMP_QUIESCER, dumpQuiescer } from './dump-quiescer.ts'

/** What {@link dumpsInto} takes. */
export interface DumpsIntoOptions extends DumpsOf {
  /** Absolute; absent: only half dumps of dead runs are seen to. */
  readonly directory?: string
}

/**
 * A backend for one directory: whenever it is copied, everything of a Rancher is dumped into it before. Its survey asks
 * nobody, so that a Rancher that does not answer keeps no directory from being copied.
 */
export function dumpsInto({ directory, ...of }: DumpsIntoOptions): Backend {
  return {
    id: DUMP_QUIESCER,
    discovery: {
      survey: async ({ signal }) => {
        signal.throwIfAborted()
        const workloads = directory === undefined ? [] : [workloadOf(directory)]
        return Promise.resolve({ targets: [], workloads, problems: [] })
      },
    },
    quiescers: [dumpQuiescer(of)],
  }
}

function workloadOf(directory: string): Workload {
  return {
    id: `${DUMP_QUIESCER}:${directory}`,
    name: `dumps of Rancher in ${directory}`,
    state: 'running',
    uses: [`dir:${directory}`],
    dependsOn: [],
    quiesce: [{ quiescer: DUMP_QUIESCER, settings: { directory, dumps: true } }],
    // Runs and restores of one directory exclude each other: nobody dumps while it is exchanged.
    down: { quiescer: DUMP_QUIESCER, settings: { directory, dumps: false } },
  }
}
