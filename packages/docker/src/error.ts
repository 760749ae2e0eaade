import { SalvageError } from '@salvage-kit/core'

/*
 * The codes of this package, besides those of the labels (`LABEL.…`) and of the crane:
 *
 * DOCKER.UNREACHABLE         no connection to the engine, or it broke; retryable
 * DOCKER.PERMISSION          the engine's socket may not be opened by this user
 * DOCKER.HOST                the address of the engine cannot be read
 * DOCKER.DEADLINE            the engine did not answer in time; retryable
 * DOCKER.ANSWER              the engine's answer is not what its API says
 * DOCKER.ENGINE              the engine failed
 * DOCKER.EXEC                no program can be run in a container
 * DOCKER.REFUSED             the engine refused the request
 * DOCKER.NOT_FOUND           what the call is about is not there
 * DOCKER.CONFLICT            what the call is about is in a state in which it cannot be done
 * DOCKER.FILE                what stands at a path of a container is no plain file, or is too long
 * DOCKER.IMAGE_NOT_FOUND     the registry does not have the image
 * DOCKER.REGISTRY_DENIED     the registry wants other credentials
 * DOCKER.REGISTRY_AUTH       the credentials in the Docker configuration file cannot be read
 * DOCKER.PULL_FAILED         the image could not be pulled for another reason
 */

const BROKEN = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** What `fault` reads of an error of the client library. */
interface Raw {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly text: string
}

/** Turns what a call to the engine at `address` rejected with into the one error of this package; `what` names the call. */
export function fault(error: unknown, what: string, address: string): SalvageError {
  const { status, code, text } = read(error)
  if (status === undefined) return unanswered(error, code, text, what, address)
  const details = { why: text, cause: error }
  if (status === 404) return new SalvageError('DOCKER.NOT_FOUND', `${what}: it is not there`, details)
  if (status === 409) return new SalvageError('DOCKER.CONFLICT', `${what}: not in its present state`, details)
  if (status === 403)
    return new SalvageError('DOCKER.PERMISSION', `${what}: the engine does not permit it`, {
      ...details,
      hint: 'a socket proxy or an authorisation plugin forbids the call: permit it there',
    })
  if (status >= 400 && status < 500)
    return new SalvageError('DOCKER.REFUSED', `${what}: the engine refused it`, details)
  return new SalvageError('DOCKER.ENGINE', `${what}: the engine failed with status ${String(status)}`, {
    ...details,
    retryable: status === 502 || status === 503 || status === 504,
  })
}

function unanswered(
  error: unknown,
  code: string | undefined,
  text: string,
  what: string,
  address: string,
): SalvageError {
  if (code === 'EACCES' || code === 'EPERM')
    return new SalvageError('DOCKER.PERMISSION', `${what}: ${address} may not be opened`, {
      why: text,
      hint: 'run as root or as a member of the group "docker"',
      cause: error,
    })
  if ((code !== undefined && BROKEN.has(code)) || /socket hang up|aborted|premature close/i.test(text))
    return new SalvageError('DOCKER.UNREACHABLE', `${what}: no connection to the Docker engine at ${address}`, {
      why: text,
      hint: 'check that dockerd runs and that DOCKER_HOST, if set, says where',
      cause: error,
      retryable: true,
    })
  return new SalvageError('DOCKER.ENGINE', `${what}: ${text}`, { cause: error })
}

function read(error: unknown): Raw {
  if (!(error instanceof Error)) return { status: undefined, code: undefined, text: String(error) }
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const json: unknown = 'json' in error ? error.json : undefined
  const message =
    typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string'
      ? json.message
      : error.message.replace(/^\(HTTP code \d+\) [^-]*- /, '')
  return { status, code, text: message.trim() }
}
