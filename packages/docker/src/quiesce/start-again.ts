import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { findContainer } from '../find-container.ts'
import { gone } from './change.ts'
import { nameOf } from './token.ts'
import type { Token } from './schema.ts'

const REFUSALS = new Set(['DOCKER.CONFLICT', 'DOCKER.ENGINE', 'DOCKER.NOT_FOUND', 'DOCKER.REFUSED'])

/**
 * Starts a container that was running before, unless it runs or is about to; when it was removed, the one that bears its
 * identity by now. Rejects with `DOCKER.NOT_STARTED`, which is worth another try: what it depends on may come up in
 * between. Findings: `DOCKER.ENDED_AGAIN`, `DOCKER.LEFT_PAUSED`, `DOCKER.GONE`.
 */
export async function startAgain(
  engine: DockerEngine,
  token: Token,
  options: CallOptions,
  id: string = token.id,
): Promise<readonly Finding[]> {
  const name = nameOf(token)
  // Asked for without a look before: everybody waits for this, and the engine leaves one alone that is up.
  const refusal = await startRefusal(engine, id, options)
  const container = await engine.inspectContainer(id, options)
  if (container === undefined) {
    const heir = await findContainer(engine, token.identity, options)
    return heir === undefined || heir.id === id ? [gone(token)] : startAgain(engine, token, options, heir.id)
  }
  if (container.status === 'running' || container.status === 'restarting') return []
  if (container.status === 'paused')
    return [
      {
        code: 'DOCKER.LEFT_PAUSED',
        message: `${name} is paused, by somebody else`,
        hint: `run docker unpause ${container.name} if it should run`,
      },
    ]
  if (refusal !== undefined) throw notStarted(refusal, name)
  return [
    {
      code: 'DOCKER.ENDED_AGAIN',
      message: `${name} was started and ended at once with code ${String(container.exitCode)}`,
      ...(container.error === '' ? {} : { why: container.error }),
      hint: `see docker logs ${container.name}`,
    },
  ]
}

/** Why the engine did not start it; undefined when it did, or had no need to. */
async function startRefusal(engine: DockerEngine, id: string, options: CallOptions): Promise<SalvageError | undefined> {
  try {
    await engine.startContainer(id, options)
    return undefined
  } catch (error) {
    if (isSalvageError(error) && REFUSALS.has(error.code)) return error
    throw error
  }
}

function notStarted(refusal: SalvageError, name: string): SalvageError {
  return new SalvageError('DOCKER.NOT_STARTED', `${name} could not be started again`, {
    why: refusal.why ?? refusal.message,
    hint: 'remove the cause and run salvage-kit recover, or start it by hand',
    retryable: true,
    cause: refusal,
  })
}
