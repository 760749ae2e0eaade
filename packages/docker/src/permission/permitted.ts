import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { Backend, CallOptions } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { CRANE_DEEDS, DUMP_DEEDS, QUIESCER_DEEDS, VOLUME_DEEDS } from './deeds.ts'
import type { Deed } from './deeds.ts'

/**
 * The same backend, which asks before anything is touched whether the engine, or a socket proxy in front of it, permits
 * what the way there and back will take: a container that may be stopped and not started would stay down. Asked once
 * for each call; what is refused, or not answered, is asked again. Rejects with `DOCKER.PERMISSION`, which names all that is forbidden.
 */
export function permitted(backend: Backend, engine: DockerEngine): Backend {
  const known = new Set<Deed>()
  const mustBePermitted = async (deeds: readonly Deed[], options: CallOptions): Promise<void> => {
    const forbidden: Deed[] = []
    for (const deed of deeds) {
      if (known.has(deed)) continue
      const answer = await ask(deed, engine, options)
      if (answer === 'forbidden') forbidden.push(deed)
      if (answer === 'permitted') known.add(deed)
    }
    if (forbidden.length > 0) throw refusal(forbidden, engine)
  }
  const { quiescers = [], cranes = [], provisioners = [], loader } = backend
  return {
    ...backend,
    async preflight(work, options) {
      const dumps = work.lifts.some(({ source }) => source.medium === 'stream' && source.backend === backend.id)
      if (dumps) await mustBePermitted(DUMP_DEEDS, options)
      await backend.preflight?.(work, options)
    },
    ...(loader === undefined
      ? {}
      : {
          loader: {
            ...loader,
            async ready(token, options) {
              await mustBePermitted(DUMP_DEEDS, options)
              return loader.ready(token, options)
            },
          },
        }),
    quiescers: quiescers.map((quiescer) => ({
      ...quiescer,
      async prepare(workload, settings, options) {
        await mustBePermitted(QUIESCER_DEEDS[quiescer.id] ?? [], options)
        return quiescer.prepare(workload, settings, options)
      },
    })),
    cranes: cranes.map((crane) => ({
      ...crane,
      async preflight(store, sources, options) {
        await mustBePermitted(CRANE_DEEDS, options)
        await crane.preflight(store, sources, options)
      },
    })),
    provisioners: provisioners.map((provisioner) => ({
      ...provisioner,
      async prepare(ref, runId, options) {
        await mustBePermitted(VOLUME_DEEDS, options)
        return provisioner.prepare(ref, runId, options)
      },
    })),
  }
}

/** Any other answer says that the engine was asked; that it is away is for the call itself to tell. */
async function ask(
  deed: Deed,
  engine: DockerEngine,
  options: CallOptions,
): Promise<'permitted' | 'forbidden' | 'unanswered'> {
  try {
    await deed.ask(engine, options)
    return 'permitted'
  } catch (error) {
    options.signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    if (error.code === 'DOCKER.PERMISSION') return 'forbidden'
    return error.retryable ? 'unanswered' : 'permitted'
  }
}

function refusal(forbidden: readonly Deed[], { address }: DockerEngine): SalvageError {
  const words = forbidden.map((deed) => deed.words).join(', ')
  return new SalvageError('DOCKER.PERMISSION', `the Docker engine at ${address} does not permit to ${words}`, {
    why: `forbidden: ${forbidden.map(({ call }) => call).join(', ')}`,
    hint: 'permit these calls in the socket proxy or the authorisation plugin; docs/docker-socket.md lists them all',
  })
}
