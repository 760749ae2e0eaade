import { accepts, isSalvageError, parseExitCodes, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine, ExecResult } from '../engine.ts'
import { nameOf } from './token.ts'
import type { ExecToken } from './schema.ts'

/** How long a command may take that names no time of its own. */
export const DEFAULT_LIMIT_MS = 600_000

/** A command that is due. */
export interface DueCommand {
  readonly token: ExecToken
  readonly phase: 'pre' | 'post'
  readonly command: readonly string[]
}

/**
 * Runs it without a shell, with the container's own environment and privileges. Rejects with `DOCKER.COMMAND_FAILED`
 * (a code that is not good, or it could not be run), `DOCKER.COMMAND_TIMEOUT`: it is still running in the container, and
 * `DOCKER.NOT_UP`: the container went down just now.
 */
export async function runIn(
  engine: DockerEngine,
  container: Container,
  { token, phase, command }: DueCommand,
  options: CallOptions,
): Promise<void> {
  const { user, exitCodes, timeoutMs = DEFAULT_LIMIT_MS } = token.settings
  const what = `the ${phase} command of ${nameOf(token)} (${command[0] ?? ''})`
  const spec = {
    command,
    env: container.env,
    privileged: container.privileged,
    ...(user === undefined ? {} : { user }),
  }
  let end: ExecResult
  try {
    end = await engine.exec(container.id, spec, { ...options, limitMs: timeoutMs })
  } catch (error) {
    throw translated(error, what, timeoutMs)
  }
  if (accepts(parseExitCodes(exitCodes ?? 'fail'), end.exitCode)) return
  throw new SalvageError('DOCKER.COMMAND_FAILED', `${what} ended with code ${String(end.exitCode)}`, {
    why: end.output.trim() === '' ? 'it printed nothing' : end.output.trim(),
    ...(end.exitCode === 126 || end.exitCode === 127
      ? { hint: 'commands run without a shell; for one write sh -c "…"' }
      : {}),
  })
}

function translated(error: unknown, what: string, timeoutMs: number): unknown {
  if (!isSalvageError(error)) return error
  if (error.code === 'DOCKER.DEADLINE')
    return new SalvageError('DOCKER.COMMAND_TIMEOUT', `${what} was not done within ${String(timeoutMs / 1000)} s`, {
      why: 'it is still running in the container',
      cause: error,
    })
  if (error.code === 'DOCKER.CONFLICT')
    return new SalvageError('DOCKER.NOT_UP', `${what} cannot run: the container is not up`, {
      why: error.why ?? error.message,
      hint: 'start it, or let it go on when it is paused',
      retryable: true,
      cause: error,
    })
  if (!['DOCKER.REFUSED', 'DOCKER.ENGINE', 'DOCKER.NOT_FOUND'].includes(error.code)) return error
  return new SalvageError('DOCKER.COMMAND_FAILED', `${what} could not be run`, {
    why: error.why ?? error.message,
    cause: error,
  })
}
