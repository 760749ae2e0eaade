import { findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Json } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { gone, stillThere } from './change.ts'
import { DEFAULT_LIMIT_MS, runIn } from './run-in.ts'
import { EXEC, ExecSettings } from './settings.ts'
import { settled } from './settled.ts'
import { ExecToken } from './schema.ts'
import { bearer, containerOf, nameOf, readToken, tokenOf } from './token.ts'
import type { TellingQuiescer } from './with-names.ts'

/** What comes before and after the command: a container that has to settle, calls to the engine. */
const BESIDES_MS = 60_000

/**
 * Runs commands in a container: `pre` in `quiesce`, `post` in `resume`. A container that was not running before gets
 * neither.
 *
 * `post` runs for each `quiesce` that was begun, also when `pre` failed or nobody knows whether it ran (`maybe`), and
 * once more when a process dies between `post` and its note of that. It must bear that. A bad end of `post` is a finding
 * and not tried again: the same command would end in the same way, and until then nothing could be run any more. An
 * engine that is away, or a container that has to come up first, rejects.
 *
 * `atRest` tells whether the container was restarted, which would undo what `pre` did.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.RESTARTING`, `DOCKER.SETTINGS` (prepare); `DOCKER.CHANGED` (quiesce);
 * `DOCKER.COMMAND_FAILED`, `DOCKER.COMMAND_TIMEOUT` (quiesce); `DOCKER.NOT_UP` (quiesce, resume); `DOCKER.TOKEN`.
 * Findings: `DOCKER.GONE`, `DOCKER.POST_FAILED`, `DOCKER.POST_SKIPPED`.
 */
export function execQuiescer(engine: DockerEngine): TellingQuiescer {
  return {
    id: EXEC,
    prepare: async (workload, given, { signal }) => {
      signal.throwIfAborted()
      const settings = readSettings(given, workload)
      const container = await settled(engine, await containerOf(engine, workload, { signal }), { signal })
      return { ...(await tokenOf(engine, workload, container, { signal })), kind: 'exec', settings: { ...settings } }
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ExecToken, given)
      if (token.prior !== 'running' || token.settings.pre === undefined) return
      const container = await stillThere(engine, token, { signal })
      await runIn(engine, container, { token, phase: 'pre', command: token.settings.pre }, { signal })
    },
    resume: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ExecToken, given)
      const { post } = token.settings
      if (token.prior !== 'running' || post === undefined) return []
      const container = await bearer(engine, token, { signal })
      if (container === undefined) return [gone(token)]
      const down = await notUp(engine, token, container, { signal })
      if (down !== undefined) return [down]
      try {
        await runIn(engine, container, { token, phase: 'post', command: post }, { signal })
        return []
      } catch (error) {
        if (!isOfCommand(error)) throw error
        return [postFailed(error, container.name, post)]
      }
    },
    patienceMs: (given) => {
      const { post, timeoutMs = DEFAULT_LIMIT_MS } = readToken(ExecToken, given).settings
      return post === undefined ? 0 : timeoutMs + BESIDES_MS
    },
    atRest: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ExecToken, given)
      // Without a pre command nothing was brought to rest here: it was told to stay up.
      if (token.prior === 'running' && token.settings.pre === undefined) return { atRest: true }
      const container = await engine.inspectContainer(token.id, { signal })
      if (container === undefined) return { atRest: false, why: `${nameOf(token)} was removed` }
      if (token.prior === 'paused' && container.status !== 'paused')
        return { atRest: false, why: `${nameOf(token)} is ${container.status}` }
      return container.startedAt === token.startedAt
        ? { atRest: true }
        : { atRest: false, why: `${nameOf(token)} was started anew at ${container.startedAt}` }
    },
  }
}

function readSettings(given: Json, workload: string): ExecSettings {
  const result = ExecSettings.safeParse(given)
  if (result.success) return result.data
  throw new SalvageError('DOCKER.SETTINGS', `the commands of the workload ${workload} cannot be read`, {
    why: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  })
}

/** The words of the command are not repeated beyond the first: they may hold a password. */
function postFailed(error: unknown, container: string, post: readonly string[]): Finding {
  const finding = findingOf(error)
  const again = `see what it left undone, and run it by hand: docker exec ${container} ${post[0] ?? ''} …`
  return { ...finding, code: 'DOCKER.POST_FAILED', hint: finding.hint ?? again }
}

/**
 * A container that is down when its post command is due. Whoever stopped it as part of the same hold has to start it
 * first: rejects with `DOCKER.NOT_UP`. If it went down by itself, or was started again and ended, it is a finding.
 */
async function notUp(
  engine: DockerEngine,
  token: ExecToken,
  container: Container,
  options: CallOptions,
): Promise<Finding | undefined> {
  const now = container.status === 'restarting' ? await settled(engine, container, options) : container
  if (now.status === 'running') return undefined
  const message = `${nameOf(token)} is ${now.status}, so its post command cannot run`
  const ended = token.startedAt !== undefined && now.startedAt !== token.startedAt
  if (token.settings.alone || ended)
    return {
      code: 'DOCKER.POST_SKIPPED',
      message,
      why: ended
        ? `it was started at ${now.startedAt} and ended with code ${String(now.exitCode)}`
        : 'nobody stopped it here',
      hint: 'start it and run the command by hand',
    }
  throw new SalvageError('DOCKER.NOT_UP', message, {
    hint: 'start it and run salvage-kit recover',
    retryable: true,
  })
}

function isOfCommand(error: unknown): boolean {
  return isSalvageError(error) && ['DOCKER.COMMAND_FAILED', 'DOCKER.COMMAND_TIMEOUT'].includes(error.code)
}
