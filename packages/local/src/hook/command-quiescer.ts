import { randomUUID } from 'node:crypto'
import { accepts, findingOf, parseExitCodes, SalvageError } from '@salvage-kit/core'
import type { Finding, Json, Quiescer } from '@salvage-kit/core'
import { endMarked } from '../process/end-processes.ts'
import { findProgram } from '../process/find-program.ts'
import { findUser } from './find-user.ts'
import { hookEnvironment } from './hook-environment.ts'
import { runHook } from './hook-process.ts'
import { argvOf, parseHookSettings } from './hook-settings.ts'
import { parseHookToken } from './hook-token.ts'
import type { HookToken, HookUser } from './hook-token.ts'
import { COMMAND_QUIESCER } from './hook-workload.ts'

const DEFAULT_TIMEOUT_MS = 300_000
const GRACE_MS = 5_000
/** What comes before and after the command: a pre command that has to be ended, its processes. */
const BESIDES_MS = 30_000

/**
 * Brings to rest by commands: `pre` in `quiesce`, `post` in `resume`.
 *
 * `post` runs at least once for each `quiesce` that was begun: once in a run that ends, once more when a process dies
 * between `post` and its note of that, and also when `pre` never came to run. It must bear that. When nobody knows whether
 * `pre` had run (`maybe`), a `pre` that is still under way is ended first with everything it started, and a bad exit
 * code of `post` is a finding (`HOOK.POST_FAILED`).
 *
 * Nobody can see the rest that commands bring, so there is no `atRest`.
 *
 * Codes: `HOOK.SETTINGS`, `HOOK.USER`, `HOOK.PROGRAM`, `LABEL.EXIT_CODES` (prepare); `HOOK.FAILED`, `HOOK.TIMEOUT`,
 * `HOOK.NOT_STARTED`, `PROCESS.STUCK` (quiesce, resume).
 */
export function commandQuiescer(): Quiescer {
  return {
    id: COMMAND_QUIESCER,
    prepare: async (workload, settings, { signal }) => {
      signal.throwIfAborted()
      return prepare(workload, settings, signal)
    },
    quiesce: async (given, { signal }) => {
      signal.throwIfAborted()
      const token = parseHookToken(given)
      if (token.pre !== undefined) await run(token, 'pre', token.pre, 'yes', signal)
    },
    resume: async (given, { signal, quiesced }) => {
      signal.throwIfAborted()
      const token = parseHookToken(given)
      if (quiesced === 'maybe') await endMarked(markOf(token, 'pre'), { first: 'SIGTERM', graceMs: GRACE_MS })
      if (token.post === undefined) return []
      try {
        await run(token, 'post', token.post, quiesced, signal)
        return []
      } catch (error) {
        return quiesced === 'maybe' ? [asFinding(error)] : rethrow(error)
      }
    },
    patienceMs: (given) => parseHookToken(given).timeoutMs + BESIDES_MS,
  }
}

async function prepare(workload: string, settings: Json, signal: AbortSignal): Promise<Json> {
  const hooks = parseHookSettings(settings, workload)
  const user = hooks.user === undefined ? undefined : await findUser(hooks.user, signal)
  const pre = hooks.pre === undefined ? undefined : argvOf(hooks.pre)
  const post = hooks.post === undefined ? undefined : argvOf(hooks.post)
  for (const argv of [pre, post]) if (argv !== undefined) await mustFind(argv[0] ?? '', workload, user)
  if (user !== undefined) await mustFind('setpriv', workload, undefined)
  return {
    version: 1,
    id: randomUUID(),
    workload,
    ...(pre === undefined ? {} : { pre }),
    ...(post === undefined ? {} : { post }),
    ...(user === undefined ? {} : { user: { ...user } }),
    timeoutMs: hooks.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    exitCodes: hooks.exitCodes ?? 'fail',
  }
}

async function mustFind(program: string, workload: string, user: HookUser | undefined): Promise<void> {
  const path = hookEnvironment(user, process.env)['PATH'] ?? ''
  if ((await findProgram(program, path)) !== undefined) return
  throw new SalvageError('HOOK.PROGRAM', `the hooks of ${workload} need ${program}, which is not on this machine`, {
    why: `there is no such program that can be executed${program.includes('/') ? '' : ` in ${path}`}`,
    hint: 'write its whole path; a command line for a shell is {run: "text", shell: true}',
  })
}

async function run(
  token: HookToken,
  phase: 'pre' | 'post',
  argv: readonly string[],
  quiesced: 'yes' | 'maybe',
  signal: AbortSignal,
): Promise<void> {
  const what = `the ${phase} command of ${token.workload}`
  const env = {
    ...hookEnvironment(token.user, process.env),
    SALVAGE_WORKLOAD: token.workload,
    SALVAGE_PHASE: phase,
    SALVAGE_QUIESCED: quiesced,
  }
  const end = await runHook(
    { what, argv, user: token.user, env, mark: markOf(token, phase), timeoutMs: token.timeoutMs },
    signal,
  )
  if (end.code !== undefined && accepts(parseExitCodes(token.exitCodes), end.code)) return
  const how =
    end.code === undefined ? `was ended by ${end.killedBy ?? 'a signal'}` : `ended with code ${String(end.code)}`
  throw new SalvageError('HOOK.FAILED', `${what} (${String(argv[0])}) ${how}`, {
    ...(end.output === '' ? {} : { why: end.output }),
    ...(phase === 'post'
      ? { hint: 'remove the cause, then run `salvage-kit recover`: it runs the command again' }
      : {}),
  })
}

/** The mark of a pre command is known beforehand, so that another process finds it; each run of a post has its own. */
function markOf(token: HookToken, phase: 'pre' | 'post'): string {
  return `SALVAGE_HOOK=${token.id}/${phase === 'pre' ? 'pre' : `post/${randomUUID()}`}`
}

function asFinding(error: unknown): Finding {
  const finding = findingOf(error)
  if (finding.code !== 'HOOK.FAILED') return rethrow(error)
  return { ...finding, code: 'HOOK.POST_FAILED' }
}

function rethrow(error: unknown): never {
  throw error
}
