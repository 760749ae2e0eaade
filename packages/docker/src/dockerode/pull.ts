import { deadline, SalvageError } from '@salvage-kit/core'
import { PullLine } from './answers.ts'
import { pieces } from './body.ts'
import type { LongCallOptions } from '../engine.ts'
import { jsonLines } from './lines.ts'
import { registryAuth } from './registry-auth.ts'
import type { Requester } from './request.ts'
import { late } from './request.ts'

/** See `DockerEngine.pullImage`. */
export async function pull(
  requests: Requester,
  address: string,
  image: string,
  { limitMs, signal }: LongCallOptions,
): Promise<void> {
  const what = `pull image ${image}`
  using limit = deadline(limitMs, signal, late(what, limitMs))
  const auth = await registryAuth(image, process.env, limit.signal)
  const request = {
    what,
    method: 'POST',
    path: '/images/create',
    query: { fromImage: withTag(image) },
    ...(auth === undefined ? {} : { registryAuth: auth }),
  } as const
  try {
    const body = await requests.open(request, limit.signal)
    for await (const line of jsonLines(pieces(body, what, address, limit.signal))) {
      const { data } = PullLine.safeParse(line)
      if (data?.error !== undefined) throw pullFault(what, data.error, undefined)
    }
  } catch (error) {
    throw isEngineAnswer(error) ? pullFault(what, error.why ?? error.message, error) : error
  }
}

/** Without a tag or digest the engine would pull every tag of the repository. */
function withTag(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`
}

function isEngineAnswer(error: unknown): error is SalvageError {
  return (
    error instanceof SalvageError &&
    ['DOCKER.NOT_FOUND', 'DOCKER.ENGINE', 'DOCKER.PERMISSION', 'DOCKER.REFUSED'].includes(error.code)
  )
}

function pullFault(what: string, why: string, cause: SalvageError | undefined): SalvageError {
  const details = cause === undefined ? { why } : { why, cause }
  // Some registries say "denied" of what is not there, so both are offered.
  if (/denied|unauthorized|authentication required|no basic auth/i.test(why))
    return new SalvageError('DOCKER.REGISTRY_DENIED', `${what}: the registry does not give it`, {
      ...details,
      hint: 'check the name, and log in with docker login as the user who runs this program',
    })
  if (/not found|manifest unknown|does not exist|name unknown/i.test(why))
    return new SalvageError('DOCKER.IMAGE_NOT_FOUND', `${what}: the registry does not have it`, {
      ...details,
      hint: 'check the name and the tag',
    })
  return new SalvageError('DOCKER.PULL_FAILED', `${what}: it could not be pulled`, {
    ...details,
    hint: 'check that the engine reaches the registry',
    retryable: true,
  })
}
