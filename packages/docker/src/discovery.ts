import type { Discovery } from '@salvage-kit/core'
import { surveyEngine } from './discovery/survey.ts'
import { watchEngine } from './discovery/watch.ts'
import { sameContainer } from './dump/docker-dumps.ts'
import type { DockerEngine } from './engine.ts'
import { sameVolume } from './volume-identity.ts'

/** Finds the volumes and containers of an engine; see {@link surveyEngine}, {@link watchEngine} and `sameVolume`. */
export function dockerDiscovery(engine: DockerEngine): Required<Discovery> {
  return {
    survey: (options) => surveyEngine(engine, options),
    watch: (options) => watchEngine(engine, options),
    confirm: async (source, options) => {
      options.signal.throwIfAborted()
      if (source.medium === 'docker-volume') await sameVolume(engine, source, options)
      if (source.medium === 'stream' && source.backend === 'docker') await sameContainer(engine, source.token, options)
    },
  }
}
