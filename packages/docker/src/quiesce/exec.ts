import { findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Json, Quiescer } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import type { DockerEngine } from '../engine.ts'
import { gone, stillThere } from './change.ts'
import { runIn } from './run-in.ts'
import { EXEC, ExecSettings } from './settings.ts'
import { settled } from './settled.ts'
import { ExecToken } from './schema.ts'
import { bearer, containerOf, nameOf, readToken, tokenOf } from './token.ts'

/**
 * Runs commands in a container: `pre` in `quiesce`, `post` in `resume`. A container that was not running before gets
 * neither.
 *
 * `post` runs for each `quiesce` that was begun, also when `pre` failed or nobody knows whether it ran (`maybe`), and
 * once more when a process dies between `post` and its note of that. It must bear that. A bad end of `post` rejects;
 * after `maybe` it is a finding.
 *
 * `atRest` tells whether the container was restarted, which would undo what `pre` did.
 *
 * Codes: `DOCKER.NOT_FOUND`, `DOCKER.RESTARTING`, `DOCKER.SETTINGS` (prepare); `DOCKER.CHANGED` (quiesce);
 * `DOCKER.COMMAND_FAILED`, `DOCKER.COMMAND_TIMEOUT` (quiesce, resume); `DOCKER.NOT_UP` (resume); `DOCKER.TOKEN`.
 * Findings: `DOCKER.GONE`, `DOCKER.POST_FAILED`, `DOCKER.POST_SKIPPED`.
 */
export function execQuiescer(engine: DockerEngine): Quiescer {
  return {
    id: EXEC,
    prepare: async (workload, given, { signal }) => {
      signal.throwIfAborted()
      const settings = readSettings(given, workload)
      const container = await settled(engine, await containerOf(engine, workload, { signal }), { signal })
      return { ...tokenOf(container), kind: 'exec', settings: { ...settings } }
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = readToken(ExecToken, given)
      if (token.prior !== 'running' || token.settings.pre === undefined) return
      const container = await stillThere(engine, token, { signal })
      await runIn(engine, container, { token, phase: 'pre', command: token.settings.pre }, { signal })
    },
    resume: async (given, { signal, quiesced }) => {
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
        if (quiesced === 'yes' || !isOfCommand(error)) throw error
        return [{ ...findingOf(error), code: 'DOCKER.POST_FAILED' }]
      }
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

/**
 * A container that is down when its post command is due. Whoever stopped it as part of the same hold has to start it
 * first: rejects with `DOCKER.NOT_UP`. If it went down by itself, it is a finding.
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
  if (token.settings.alone)
    return {
      code: 'DOCKER.POST_SKIPPED',
      message,
      hint: 'nobody stopped it here; start it and run the command by hand',
    }
  throw new SalvageError('DOCKER.NOT_UP', message, {
    hint: 'start it and run salvage-kit recover',
    retryable: true,
  })
}

function isOfCommand(error: unknown): boolean {
  return isSalvageError(error) && ['DOCKER.COMMAND_FAILED', 'DOCKER.COMMAND_TIMEOUT'].includes(error.code)
}
