import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { gone } from './change.ts'
import { leftStopped } from './left-stopped.ts'
import { bearer, nameOf } from './token.ts'
import type { PauseToken, StopToken } from './schema.ts'

const REFUSALS = new Set(['DOCKER.CONFLICT', 'DOCKER.ENGINE', 'DOCKER.NOT_FOUND', 'DOCKER.REFUSED'])

/**
 * Starts a container that was running before, unless it runs or is about to, or somebody else stopped it on purpose; when
 * another one took its place, that one. Rejects with `DOCKER.NOT_STARTED`, which is worth another try: what it depends on
 * may come up in between. Findings: `DOCKER.ENDED_AGAIN`, `DOCKER.LEFT_PAUSED`, `DOCKER.LEFT_STOPPED`, `DOCKER.GONE`.
 */
export async function startAgain(
  engine: DockerEngine,
  token: StopToken | PauseToken,
  options: CallOptions,
): Promise<readonly Finding[]> {
  const name = nameOf(token)
  const before = await bearer(engine, token, options)
  if (before === undefined) return [gone(token)]
  const told = settledAs(before, name) ?? (await leftStopped(engine, token, before, options))
  if (told !== undefined) return told === 'up' ? [] : [told]
  const refusal = await startRefusal(engine, before.id, options)
  const after = await engine.inspectContainer(before.id, options)
  const now = after === undefined ? undefined : settledAs(after, name)
  if (now !== undefined) return now === 'up' ? [] : [now]
  // Removed just now: perhaps another one is about to take its place.
  if (after === undefined || refusal !== undefined) throw notStarted(refusal, name)
  return [
    {
      code: 'DOCKER.ENDED_AGAIN',
      message: `${name} was started and ended at once with code ${String(after.exitCode)}`,
      ...(after.error === '' ? {} : { why: after.error }),
      hint: `see docker logs ${after.name}`,
    },
  ]
}

/** Nothing is to be done about it; undefined when it is down. */
function settledAs({ status, name }: Container, called: string): 'up' | Finding | undefined {
  if (status === 'running' || status === 'restarting') return 'up'
  if (status !== 'paused') return undefined
  return {
    code: 'DOCKER.LEFT_PAUSED',
    message: `${called} is paused, by somebody else`,
    hint: `run docker unpause ${name} if it should run`,
  }
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

/** What containerd says of a container that the engine holds for ended: it was killed while it ended it. */
const FORGOTTEN = /: (already|file) exists$/

function notStarted(refusal: SalvageError | undefined, name: string): SalvageError {
  const why = refusal === undefined ? 'it was removed just now' : (refusal.why ?? refusal.message)
  return new SalvageError('DOCKER.NOT_STARTED', `${name} could not be started again`, {
    why,
    hint: FORGOTTEN.test(why)
      ? 'the engine was killed and lost track of it: restart the machine, or stop the engine, end the containerd-shim process of this container, and start the engine'
      : 'remove the cause and run salvage-kit recover, or start it by hand',
    retryable: true,
    ...(refusal === undefined ? {} : { cause: refusal }),
  })
}
