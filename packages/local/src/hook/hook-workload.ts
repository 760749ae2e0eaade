import type { JsonObject, QuiesceChoice, Workload } from '@salvage-kit/core'
import type { HookSettings } from './hook-settings.ts'

/** The id of the quiescer that runs command hooks. */
export const COMMAND_QUIESCER = 'local.command'

/** What writes to a directory with hooks, as far as this machine knows it: whatever the commands bring to rest. */
export function hookWorkload(path: string, hooks: HookSettings): Workload {
  const settings: JsonObject = {
    ...(hooks.pre === undefined ? {} : { pre: hooks.pre }),
    ...(hooks.post === undefined ? {} : { post: hooks.post }),
    ...(hooks.user === undefined ? {} : { user: hooks.user }),
    ...(hooks.timeoutMs === undefined ? {} : { timeoutMs: hooks.timeoutMs }),
    ...(hooks.exitCodes === undefined ? {} : { exitCodes: hooks.exitCodes }),
    ...(hooks.stops === undefined ? {} : { stops: hooks.stops }),
  }
  const choice: QuiesceChoice = { quiescer: COMMAND_QUIESCER, settings }
  return {
    id: `hook:${path}`,
    name: `the hooks of ${path}`,
    state: 'running',
    uses: [`dir:${path}`],
    dependsOn: [],
    quiesce: [choice],
    ...(hooks.stops === true ? { down: choice } : {}),
  }
}
