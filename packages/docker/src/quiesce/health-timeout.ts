import { formatDuration } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { HEALTH_TIMEOUT } from '../label/keys.ts'

/** The same engine, on which every container that does not say itself how long it may take to be healthy says this time. */
export function withHealthTimeout(engine: DockerEngine, ms: () => number | undefined): DockerEngine {
  return {
    ...engine,
    inspectContainer: async (name, options) => {
      const container = await engine.inspectContainer(name, options)
      const limitMs = ms()
      if (container === undefined || limitMs === undefined || container.labels[HEALTH_TIMEOUT] !== undefined)
        return container
      return { ...container, labels: { ...container.labels, [HEALTH_TIMEOUT]: formatDuration(limitMs) } }
    },
  }
}
