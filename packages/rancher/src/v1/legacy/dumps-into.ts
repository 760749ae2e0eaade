import type { Backend, Workload } from '@salvage-kit/core'
import type { DumpsInto } from './dump-all.ts'
import { DUMP_QUIESCER, dumpQuiescer } from './dump-quiescer.ts'

/**
 * A backend for one directory: whenever it is copied, the dumps of another backend are written into it before. Its survey
 * asks nobody, so that a Rancher that does not answer keeps no directory from being copied.
 */
export function dumpsInto(into: DumpsInto): Backend {
  const { directory } = into
  const choice = (dumps: boolean): Workload['quiesce'][number] => ({
    quiescer: DUMP_QUIESCER,
    settings: { directory, dumps },
  })
  const workload: Workload = {
    id: `${DUMP_QUIESCER}:${directory}`,
    name: `dumps of Rancher in ${directory}`,
    state: 'running',
    uses: [`dir:${directory}`],
    dependsOn: [],
    quiesce: [choice(true)],
    // Runs and restores of one directory exclude each other: nobody dumps while it is exchanged.
    down: choice(false),
  }
  return {
    id: DUMP_QUIESCER,
    discovery: {
      survey: async ({ signal }) => {
        signal.throwIfAborted()
        return Promise.resolve({ targets: [], workloads: [workload], problems: [] })
      },
    },
    quiescers: [dumpQuiescer(into)],
  }
}
