import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { nameOf } from './token.ts'
import type { Token } from './schema.ts'

/**
 * Starts a container that was running before, unless it runs or is about to. Rejects with `DOCKER.NOT_STARTED`, which is
 * worth another try: what it depends on may come up in between. Resolves with `DOCKER.ENDED_AGAIN` when it ended at
 * once, and with `DOCKER.LEFT_PAUSED` when somebody paused it.
 */
export async function startAgain(
  engine: DockerEngine,
  token: Token,
  container: Container,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const name = nameOf(token)
  if (container.status === 'running' || container.status === 'restarting') return []
  if (container.status === 'paused')
    return [
      {
        code: 'DOCKER.LEFT_PAUSED',
        message: `${name} is paused, by somebody else`,
        hint: `run docker unpause ${container.name} if it should run`,
      },
    ]
  try {
    await engine.startContainer(container.id, options)
  } catch (error) {
    throw notStarted(error, name)
  }
  const after = await engine.inspectContainer(container.id, options)
  if (after === undefined || after.status === 'running' || after.status === 'restarting') return []
  return [
    {
      code: 'DOCKER.ENDED_AGAIN',
      message: `${name} was started and ended at once with code ${String(after.exitCode)}`,
      ...(after.error === '' ? {} : { why: after.error }),
      hint: `see docker logs ${container.name}`,
    },
  ]
}

function notStarted(error: unknown, name: string): unknown {
  const codes = ['DOCKER.CONFLICT', 'DOCKER.ENGINE', 'DOCKER.NOT_FOUND', 'DOCKER.REFUSED']
  if (!isSalvageError(error) || !codes.includes(error.code)) return error
  return new SalvageError('DOCKER.NOT_STARTED', `${name} could not be started again`, {
    why: error.why ?? error.message,
    hint: 'remove the cause and run salvage-kit recover, or start it by hand',
    retryable: true,
    cause: error,
  })
}
