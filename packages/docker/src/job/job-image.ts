import type { CallOptions } from '@salvage-kit/core'
import { errorText, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine, Image } from '../engine.ts'
import type { JobSettings } from './job.ts'

const PULL_MS = 30 * 60_000

/** The image of a job, pulled when that was asked for. Rejects with `DUMP.JOB_IMAGE`. */
export async function jobImage(
  engine: DockerEngine,
  name: string,
  { pull = 'never' }: JobSettings,
  { signal }: CallOptions,
): Promise<Image> {
  const there = await engine.inspectImage(name, { signal })
  if (there !== undefined && pull !== 'always') return there
  if (pull === 'never') throw missing(name, 'it is not on this engine and is not to be pulled', undefined)
  try {
    await engine.pullImage(name, { signal, limitMs: PULL_MS })
  } catch (error) {
    signal.throwIfAborted()
    if (there !== undefined) return there
    throw missing(name, isSalvageError(error) ? (error.why ?? error.message) : errorText(error), error)
  }
  const pulled = await engine.inspectImage(name, { signal })
  if (pulled === undefined) throw missing(name, 'somebody removed it at once', undefined)
  return pulled
}

function missing(image: string, why: string, cause: unknown): SalvageError {
  return new SalvageError('DUMP.JOB_IMAGE', `there is no image ${image} for a dump`, {
    why,
    hint: `docker pull ${image}, or check the name`,
    ...(cause === undefined ? {} : { cause, retryable: isSalvageError(cause) && cause.retryable }),
  })
}
