import type { CallOptions, Finding } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { changed, gone, stillThere } from './change.ts'
import { disturbance } from './disturbance.ts'
import { settled } from './settled.ts'
import { PAUSE } from './settings.ts'
import { startAgain } from './start-again.ts'
import { underWay } from './under-way.ts'
import { PauseToken } from './schema.ts'
import { bearer, containerOf, nameOf, priorOf, readToken, tokenOf } from './token.ts'
import type { TellingQuiescer } from './with-names.ts'

/**
 * Freezes the processes of a container and lets them go on. They flush nothing: the copy is what a power cut would have
 * left. One that was stopped or paused before is at rest already and is left alone.
 *
 * A restart of the engine ends paused containers; resume then starts them.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.RESTARTING` (prepare); `DOCKER.CHANGED` (quiesce); `DOCKER.NOT_STARTED` (resume);
 * `DOCKER.TOKEN`. Findings: `DOCKER.GONE`, `DOCKER.ENDED_AGAIN`.
 */
export function pauseQuiescer(engine: DockerEngine): TellingQuiescer {
  return {
    id: PAUSE,
    prepare: async (workload, _settings, { signal }) => {
      signal.throwIfAborted()
      const container = await settled(engine, await containerOf(engine, workload, { signal }), { signal })
      return { ...tokenOf(container), kind: 'pause', atMs: await engine.now({ signal }) }
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
  if (container.status !== 'paused') return startAgain(engine, token, options)
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
