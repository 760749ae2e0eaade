import type { CallOptions, Finding } from '@salvage-kit/core'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import type { NamedCrane } from './settings-of.ts'

const PULL_MS = 30 * 60_000

/**
 * Resolves when the crane's image is on the engine, pulled if its settings say so. Rejects with `CRANE.IMAGE_MISSING`.
 * When the pull fails and a local image is there, that one is good and `warn` is told.
 */
export async function ensureImage(
  engine: DockerEngine,
  { name, settings }: NamedCrane,
  warn: ((finding: Finding) => void) | undefined,
  { signal }: CallOptions,
): Promise<void> {
  const { image, pull } = settings
  const isLocal = (await engine.inspectImage(image, { signal })) !== undefined
  if (pull === 'never') {
    if (!isLocal) throw missing(name, image, 'it is not on this engine and is never pulled', undefined)
    return
  }
  if (isLocal && pull === 'missing') return
  try {
    await engine.pullImage(image, { signal, limitMs: PULL_MS })
  } catch (error) {
    signal.throwIfAborted()
    const why = isSalvageError(error) ? (error.why ?? error.message) : errorText(error)
    if (!isLocal) throw missing(name, image, why, error)
    warn?.({
      code: 'CRANE.PULL_FAILED',
      message: `the image ${image} of the crane ${JSON.stringify(name)} could not be pulled; the local one is used`,
      why,
    })
  }
}

function missing(crane: string, image: string, why: string, cause: unknown): SalvageError {
  return new SalvageError('CRANE.IMAGE_MISSING', `there is no image ${image} for the crane ${JSON.stringify(crane)}`, {
    why,
    hint: isSalvageError(cause) && cause.hint !== undefined ? cause.hint : `docker pull ${image}, or check its name`,
    ...(cause === undefined ? {} : { cause, retryable: isSalvageError(cause) && cause.retryable }),
  })
}
