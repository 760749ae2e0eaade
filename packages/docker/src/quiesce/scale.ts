import { setTimeout as sleep } from 'node:timers/promises'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { DockerEngine, SwarmService } from '../engine.ts'
import { SWARM_SERVICE } from '../label/keys.ts'
import { pastEvents } from '../past-events.ts'
import { parseWorkloadId } from '../workload-id.ts'
import { ScaleToken } from './schema.ts'
import { SCALE } from './settings.ts'
import { readToken } from './token.ts'
import { underWay } from './under-way.ts'
import type { TellingQuiescer } from './with-names.ts'

const POLL_MS = 200
/** How long the tasks of a service may take to be up again. */
const UP_MS = 120_000
const TRIES = 20

/**
 * Tells a replicated service of a swarm to have no tasks, and then as many as before: swarm starts anew what anybody else
 * stops. Their own grace holds. A service that had none before is left alone, and so is one that somebody scaled
 * meanwhile.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.SWARM_TASK` (prepare); `DOCKER.CHANGED` (quiesce); `DOCKER.TOKEN`. Findings:
 * `DOCKER.GONE`, `HEALTH.TIMEOUT`.
 */
export function scaleQuiescer(engine: DockerEngine): TellingQuiescer {
  return {
    id: SCALE,
    prepare: async (workload, _settings, { signal }) => {
      signal.throwIfAborted()
      const identity = parseWorkloadId(workload)
      const service = identity?.kind === 'swarm' ? await engine.inspectService(identity.service, { signal }) : undefined
      if (service === undefined)
        throw new SalvageError('DOCKER.NOT_FOUND', `there is no service for the workload ${workload}`, {
          hint: 'make a new plan: the services have changed since this one',
        })
      const { id, name, replicas } = service
      if (replicas === undefined)
        throw new SalvageError('DOCKER.SWARM_TASK', `service ${name} of the swarm is not replicated`)
      return { version: 1, kind: 'scale', service: name, id, replicas, atMs: await engine.now({ signal }) }
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      if (token.replicas === 0) return
      const service = await engine.inspectService(token.service, { signal })
      if (service?.id !== token.id || service.replicas !== token.replicas) throw changed(token)
      await scale(engine, service, 0, { signal })
      while (!(await isDown(engine, token, { signal }))) await sleep(POLL_MS, undefined, { signal })
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      if (token.replicas === 0) return []
      if (quiesced === 'maybe') await underWay({ signal })
      const service = await engine.inspectService(token.service, { signal })
      if (service === undefined) return [gone(token)]
      if (service.id !== token.id || service.replicas !== 0) return []
      await scale(engine, service, token.replicas, { signal })
      await isUp(engine, token, { signal })
      return []
    },
    patienceMs: () => UP_MS * 2,
    healthy: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      const service = await engine.inspectService(token.service, { signal })
      // Somebody scaled it, or made it anew: what it should be is theirs to say.
      if (service?.id !== token.id || service.replicas !== token.replicas) return []
      return (await isUp(engine, token, { signal })) ? [] : [late(token)]
    },
    atRest: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ScaleToken, given)
      const name = `service ${token.service}`
      const service = await engine.inspectService(token.service, { signal })
      if (service === undefined) return { atRest: false, why: `${name} was removed` }
      if (service.id !== token.id) return { atRest: false, why: `${name} was made anew` }
      if (service.replicas !== 0) return { atRest: false, why: `${name} was scaled to ${String(service.replicas)}` }
      if (!(await isDown(engine, token, { signal }))) return { atRest: false, why: `${name} has tasks` }
      const starts = await pastEvents(engine, { sinceMs: token.atMs, actions: ['start'] }, { signal })
      const start = starts.find(({ attributes }) => attributes[SWARM_SERVICE] === token.service)
      if (start === undefined) return { atRest: true }
      return { atRest: false, why: `a task of ${name} was started at ${new Date(start.atMs).toISOString()}` }
    },
  }
}

/** Swarm notes what becomes of a service in the service itself, so that it may have changed since it was looked at. */
async function scale(
  engine: DockerEngine,
  service: SwarmService,
  replicas: number,
  options: CallOptions,
): Promise<void> {
  let now: SwarmService | undefined = service
  for (let tries = 1; now !== undefined; tries += 1)
    try {
      await engine.scaleService(now, replicas, options)
      return
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'DOCKER.CONFLICT' || tries === TRIES) throw error
      await sleep(POLL_MS / 2, undefined, { signal: options.signal })
      now = await engine.inspectService(service.name, options)
      if (now?.replicas !== service.replicas) throw error
    }
}

/** No task will run any more, and no container does: swarm counts one for ended a moment before the engine does. */
async function isDown(engine: DockerEngine, { service }: ScaleToken, options: CallOptions): Promise<boolean> {
  if ((await engine.liveTasks(service, options)).length > 0) return false
  const rows = await engine.listContainers([`${SWARM_SERVICE}=${service}`], options)
  return rows.every(({ status }) => status === 'exited' || status === 'dead' || status === 'created')
}

/** Resolves with true when all are up, and healthy where that is checked; with false when they are not in time. */
async function isUp(engine: DockerEngine, { service, replicas }: ScaleToken, options: CallOptions): Promise<boolean> {
  const until = performance.now() + UP_MS
  for (;;) {
    const running = (await engine.liveTasks(service, options)).filter((state) => state === 'running')
    if (running.length >= replicas) return true
    if (performance.now() >= until) return false
    await sleep(POLL_MS, undefined, { signal: options.signal })
  }
}

function changed({ service }: ScaleToken): SalvageError {
  return new SalvageError('DOCKER.CHANGED', `service ${service} has changed since it was looked at`, {
    hint: 'run again, and leave the services alone meanwhile',
    untouched: true,
  })
}

function gone({ service }: ScaleToken): Finding {
  return {
    code: 'DOCKER.GONE',
    message: `service ${service} is gone and cannot be put back`,
    why: 'it was removed while it was at rest',
    hint: 'make it anew if it is missed',
  }
}

function late({ service, replicas }: ScaleToken): Finding {
  return {
    code: 'HEALTH.TIMEOUT',
    message: `service ${service} does not have its ${String(replicas)} tasks again`,
    hint: `see docker service ps ${service}`,
  }
}
