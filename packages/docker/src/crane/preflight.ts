import type { CallOptions, Finding } from '@salvage-kit/core'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import type { NamedCrane } from './settings-of.ts'

/** Names that mean a way of joining a network and not a network. */
const MODES = /^(?:default|bridge|host|none|container:.*)$/
const PULL_MS = 30 * 60_000

/**
 * Resolves when the crane's image is on the engine, pulled if its settings say so. Rejects with `CRANE.IMAGE_MISSING`.
 * When the pull fails and a local image is there, that one is good and `warn` is told.
 */
export async function ensureImage(
  engine: DockerEngine,
  crane: NamedCrane,
  warn: ((finding: Finding) => void) | undefined,
  { signal }: CallOptions,
): Promise<void> {
  const { name, settings } = crane
  const { image, pull } = settings
  const isLocal = (await engine.inspectImage(image, { signal })) !== undefined
  if (pull === 'never') {
    if (!isLocal) throw imageMissing(crane, 'it is not on this engine and is never pulled', undefined)
    return
  }
  if (isLocal && pull === 'missing') return
  try {
    await engine.pullImage(image, { signal, limitMs: PULL_MS })
  } catch (error) {
    signal.throwIfAborted()
    const why = isSalvageError(error) ? (error.why ?? error.message) : errorText(error)
    if (!isLocal) throw imageMissing(crane, why, error)
    warn?.({
      code: 'CRANE.PULL_FAILED',
      message: `the image ${image} of the crane ${JSON.stringify(name)} could not be pulled; the local one is used`,
      why,
    })
  }
}

/** The error of a crane whose image is not there. */
export function imageMissing({ name, settings }: NamedCrane, why: string, cause: unknown): SalvageError {
  const message = `there is no image ${settings.image} for the crane ${JSON.stringify(name)}`
  const hint = isSalvageError(cause) ? cause.hint : undefined
  return new SalvageError('CRANE.IMAGE_MISSING', message, {
    why,
    hint: hint ?? `docker pull ${settings.image}, or check its name`,
    ...(cause === undefined ? {} : { cause, retryable: isSalvageError(cause) && cause.retryable }),
  })
}

/** Resolves when the network that the crane is to join is there. Rejects with `CRANE.NETWORK`. */
export async function ensureNetwork(
  engine: DockerEngine,
  { name, settings }: NamedCrane,
  options: CallOptions,
): Promise<void> {
  const { network } = settings
  if (network === undefined || MODES.test(network) || (await engine.hasNetwork(network, options))) return
  throw new SalvageError('CRANE.NETWORK', `there is no network ${network} for the crane ${JSON.stringify(name)}`, {
    why: 'it is not on this engine',
    hint: 'make it with docker network create, or correct its name',
  })
}
