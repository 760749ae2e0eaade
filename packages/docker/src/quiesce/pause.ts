import type { CallOptions, Finding } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { changed, gone, stillThere } from './change.ts'
import { disturbance } from './disturbance.ts'
import { healthMsOf, healthyAgain } from './health.ts'
import { settled } from './settled.ts'
import { PAUSE } from './settings.ts'
import { startAgain } from './start-again.ts'
import { underWay } from './under-way.ts'
import { PauseToken } from './schema.ts'
import { bearer, containerOf, nameOf, priorOf, readToken, tokenOf } from './token.ts'
import type { TellingQuiescer } from './with-names.ts'

/** What asking for health may take besides the waiting. */
const BESIDES_MS = 60_000

/**
 * Freezes the processes of a container and lets them go on. They flush nothing: the copy is what a power cut would have
 * left. One that was stopped or paused before is at rest already and is left alone.
 *
 * A restart of the engine ends paused containers; resume then starts them.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.RESTARTING` (prepare); `DOCKER.CHANGED` (quiesce); `DOCKER.NOT_STARTED` (resume);
 * `DOCKER.TOKEN`. Findings: `DOCKER.GONE`, `DOCKER.ENDED_AGAIN`, `DOCKER.LEFT_STOPPED`, `DOCKER.REPLACED`, `HEALTH.…`.
 */
export function pauseQuiescer(engine: DockerEngine): TellingQuiescer {
  return {
    id: PAUSE,
    prepare: async (workload, _settings, { signal }) => {
      signal.throwIfAborted()
      const container = await settled(engine, await containerOf(engine, workload, { signal }), { signal })
      return { ...(await tokenOf(engine, workload, container, { signal })), kind: 'pause', ...healthMsOf(container) }
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(PauseToken, given)
      if (token.prior !== 'running') return
      const container = await stillThere(engine, token, { signal })
      try {
        // Not to be given up half way: who then looked would see it running, and it would be paused a moment later.
        await engine.pauseContainer(container.id, { signal: new AbortController().signal })
      } catch (error) {
        if (!isSalvageError(error) || error.code !== 'DOCKER.CONFLICT') throw error
        throw changed(token, error.why ?? error.message, { untouched: true })
      }
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = readToken(PauseToken, given)
      if (token.prior !== 'running') return []
      if (quiesced === 'maybe') await underWay({ signal })
      return letGoOn(engine, token, { signal })
    },
    healthy: async (given, { signal }) => {
      signal.throwIfAborted()
      return healthyAgain(engine, readToken(PauseToken, given), { signal })
    },
    healthPatienceMs: (given) => (readToken(PauseToken, given).healthMs ?? 0) + BESIDES_MS,
    atRest: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(PauseToken, given)
      const name = nameOf(token)
      const container = await engine.inspectContainer(token.id, { signal })
      if (container === undefined) return { atRest: false, why: `${name} was removed` }
      const wanted = token.prior === 'stopped' ? 'stopped' : 'paused'
      if (priorOf(container) !== wanted) return { atRest: false, why: `${name} is ${container.status}` }
      if (token.startedAt !== undefined && container.startedAt !== token.startedAt)
        return { atRest: false, why: `${name} was started at ${container.startedAt}` }
      const why = await disturbance(engine, token, { signal })
      return why === undefined ? { atRest: true } : { atRest: false, why }
    },
  }
}

async function letGoOn(engine: DockerEngine, token: PauseToken, options: CallOptions): Promise<readonly Finding[]> {
  const container = await bearer(engine, token, options)
  if (container === undefined) return [gone(token)]
  if (container.status !== 'paused')
    return [...(await replaced(engine, token, container, options)), ...(await startAgain(engine, token, options))]
  try {
    await engine.unpauseContainer(container.id, options)
    return []
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'DOCKER.CONFLICT') throw error
    // Somebody was faster, or it ended: what it is now decides.
    const now = await bearer(engine, token, options)
    if (now === undefined) return [gone(token)]
    if (now.status === 'paused') throw error
    return startAgain(engine, token, options)
  }
}

/** One that was paused here, and whose place another one took: both at once would write to the same files. */
async function replaced(
  engine: DockerEngine,
  token: PauseToken,
  heir: Container,
  options: CallOptions,
): Promise<readonly Finding[]> {
  if (heir.id === token.id) return []
  const own = await engine.inspectContainer(token.id, options)
  if (own?.status !== 'paused') return []
  return [
    {
      code: 'DOCKER.REPLACED',
      message: `${nameOf(token)} stays paused under the name ${own.name}: another container took its place`,
      hint: `remove it, or run docker unpause ${own.name} if both should run`,
    },
  ]
}
