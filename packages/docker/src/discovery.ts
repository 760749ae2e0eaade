import type { Discovery } from '@salvage-kit/core'
import { surveyEngine } from './discovery/survey.ts'
import { watchEngine } from './discovery/watch.ts'
import type { DockerEngine } from './engine.ts'

/** Finds the volumes and containers of an engine; see {@link surveyEngine} and {@link watchEngine}. */
export function dockerDiscovery(engine: DockerEngine): Required<Discovery> {
  return {
    survey: (options) => surveyEngine(engine, options),
    watch: (options) => watchEngine(engine, options),
  }
}
