import { setTimeout as sleep } from 'node:timers/promises'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'

const PATIENCE_MS = 20_000
const POLL_MS = 500

/**
 * The container once it is not between two starts of its restart policy: then it can be neither paused nor given a
 * command. Rejects with `DOCKER.RESTARTING` when that lasts.
 */
export async function settled(engine: DockerEngine, container: Container, options: CallOptions): Promise<Container> {
  const until = performance.now() + PATIENCE_MS
  let now: Container | undefined = container
  while (now?.status === 'restarting') {
    if (performance.now() > until)
      throw new SalvageError('DOCKER.RESTARTING', `container ${container.name} restarts all the time`, {
        why: `it last ended with code ${String(now.exitCode)}`,
        hint: `see docker logs ${container.name}; stop it, or label it salvage.action=stop`,
      })
    await sleep(POLL_MS, undefined, { signal: options.signal })
    now = await engine.inspectContainer(container.id, options)
  }
  if (now !== undefined) return now
  throw new SalvageError('DOCKER.NOT_FOUND', `container ${container.name} was removed`, {
    hint: 'make a new plan: the containers have changed since this one',
  })
}
