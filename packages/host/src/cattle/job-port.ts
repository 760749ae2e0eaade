import type { JobPort } from '@salvage-kit/rancher'
import type { CattleJobsEntry } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { SalvageError } from '@salvage-kit/core'

/**
 * Jobs on the Docker engine of the configuration, which is loaded and called with the first one. Rejects then with
 * `PREFLIGHT.DOCKER` where Docker is to be left alone.
 */
export function jobPort(
  { config, placeOf }: LoadedConfig,
  { pull = 'missing', network }: CattleJobsEntry = {},
): JobPort {
  return {
    async *run(job, options) {
      options.signal.throwIfAborted()
      if (config.docker?.enabled === false)
        throw new SalvageError(
          'PREFLIGHT.DOCKER',
          'the dump of a database of Rancher needs Docker, which is switched off',
          {
            why: `${placeOf(['docker', 'enabled'])} says enabled: false`,
            hint: 'take that line away: its commands run in a container',
          },
        )
      const { dockerJobs, dockerodeEngine } = await import('@salvage-kit/docker')
      const { host } = config.docker ?? {}
      const engine = dockerodeEngine(host === undefined ? {} : { host })
      yield* dockerJobs(engine, { pull, ...(network === undefined ? {} : { network }) }).run(job, options)
    },
  }
}
