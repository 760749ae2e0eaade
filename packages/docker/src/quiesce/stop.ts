import { SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { changed, stillThere } from './change.ts'
import { graceMs, isEndless } from './grace.ts'
import { healthMsOf, healthyAgain } from './health.ts'
import { providersHealthy, providersOf } from './providers.ts'
import { STOP } from './settings.ts'
import { stopOver } from './stop-under-way.ts'
import { startAgain } from './start-again.ts'
import { StopToken } from './schema.ts'
import { containerOf, nameOf, priorOf, readToken, tokenOf } from './token.ts'
import type { TellingQuiescer } from './with-names.ts'

/** What the engine may need beyond the grace, to kill and to unmount. */
const BEYOND_GRACE_MS = 60_000

/**
 * Stops a container and starts it again. Its own signal and grace hold. One that was stopped or paused before is at rest
 * already and is left alone; a restart policy does not bring back what was stopped here.
 *
 * A container that compose starts only when others are healthy is started when they are, or when the time for that is
 * over.
 *
 * A stop that was given up goes on in the engine: resume then waits for its end before it starts the container.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.AUTO_REMOVE` (prepare); `DOCKER.CHANGED`, `DOCKER.NOT_AT_REST` (quiesce);
 * `DOCKER.NOT_STARTED` (resume); `DOCKER.TOKEN`. Findings: `DOCKER.GONE`, `DOCKER.ENDED_AGAIN`, `DOCKER.LEFT_PAUSED`,
 * `DOCKER.LEFT_STOPPED`, `DOCKER.PROVIDER`, `HEALTH.…`.
 */
export function stopQuiescer(engine: DockerEngine): TellingQuiescer {
  return {
    id: STOP,
    prepare: async (workload, _settings, { signal }) => {
      signal.throwIfAborted()
      const container = await containerOf(engine, workload, { signal })
      const token = await tokenOf(engine, workload, container, { signal })
      if (container.autoRemove && token.prior === 'running') throw autoRemove(nameOf(token))
      const grace = container.stopTimeoutSeconds
      const providers = await providersOf(engine, container, { signal })
      const more = {
        ...(grace === undefined ? {} : { graceSeconds: grace }),
        ...(providers === undefined ? {} : { providers: { ...providers } }),
        ...healthMsOf(container),
      }
      return { ...token, kind: 'stop', ...more }
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(StopToken, given)
      if (token.prior !== 'running') return
      const container = await stillThere(engine, token, { signal })
      await engine.stopContainer(container.id, { signal, limitMs: graceMs(token) + BEYOND_GRACE_MS })
      const after = await engine.inspectContainer(container.id, { signal })
      if (after === undefined) throw changed(token, 'it was removed while it was stopped', { untouched: false })
      if (priorOf(after) !== 'stopped')
        throw new SalvageError('DOCKER.NOT_AT_REST', `${nameOf(token)} is ${after.status} although it was stopped`, {
          hint: 'something starts it: look for whatever supervises it',
        })
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = readToken(StopToken, given)
      if (token.prior !== 'running') return []
      if (quiesced === 'maybe') await stopOver(engine, token, { signal })
      const late = await providersHealthy(engine, token, { signal })
      return [...late, ...(await startAgain(engine, token, { signal }))]
    },
    patienceMs: (given) => {
      const token = readToken(StopToken, given)
      const forProviders = token.providers === undefined ? 0 : token.providers.limitMs + BEYOND_GRACE_MS
      return (isEndless(token) ? 0 : graceMs(token) + BEYOND_GRACE_MS) + forProviders
    },
    healthy: async (given, { signal }) => {
      signal.throwIfAborted()
      return healthyAgain(engine, readToken(StopToken, given), { signal })
    },
    healthPatienceMs: (given) => (readToken(StopToken, given).healthMs ?? 0) + BEYOND_GRACE_MS,
    atRest: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(StopToken, given)
      const name = nameOf(token)
      const container = await engine.inspectContainer(token.id, { signal })
      if (container === undefined) return { atRest: false, why: `${name} was removed` }
      const wanted = token.prior === 'paused' ? 'paused' : 'stopped'
      if (priorOf(container) !== wanted) return { atRest: false, why: `${name} is ${container.status}` }
      if (token.startedAt !== undefined && container.startedAt !== token.startedAt)
        return { atRest: false, why: `${name} was started at ${container.startedAt}` }
      return { atRest: true }
    },
  }
}

function autoRemove(name: string): SalvageError {
  return new SalvageError('DOCKER.AUTO_REMOVE', `${name} would be removed by stopping it`, {
    why: 'it was made with --rm',
    hint: 'label it salvage.action=pause or ignore, or make it without --rm',
  })
}
