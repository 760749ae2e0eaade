import { setTimeout as sleep } from 'node:timers/promises'
import { deadline, SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import { endMarked } from '../process/end-processes.ts'
import { tail } from '../process/tail.ts'
import type { HookUser } from './hook-token.ts'

const KEPT_BYTES = 4096
const GRACE_MS = 5_000
/** How long the output of a command that has ended may stay open: something that it started in the background has it. */
const OUTPUT_MS = 300

/** One command to run. */
export interface HookProcess {
  /** For people: `the pre command of /srv/app`. */
  readonly what: string
  readonly argv: readonly string[]
  readonly user: HookUser | undefined
  readonly env: Readonly<Record<string, string>>
  /** `NAME=value` in the command's environment; whatever carries it belongs to the command. */
  readonly mark: string
  readonly timeoutMs: number
}

/** How a command ended. */
export interface HookEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  readonly killedBy: string | undefined
  /** The last 4 KiB of its error output. */
  readonly output: string
}

/**
 * Runs a command to its end, without a shell, in `/`, with no input. It gets this process's environment, or a clean one
 * when it runs as somebody else. Does not wait for what it leaves in the background.
 *
 * Rejects with `HOOK.TIMEOUT`, with the signal's reason, or with `HOOK.NOT_STARTED`; by then the command and everything
 * that it has started is gone.
 */
export async function runHook(hook: HookProcess, signal: AbortSignal): Promise<HookEnd> {
  signal.throwIfAborted()
  using guard = deadline(hook.timeoutMs, signal, timedOut(hook))
  const [file = '', ...args] = asUser(hook)
  const child = execa(file, args, {
    cwd: '/',
    env: { ...hook.env, ...markOf(hook.mark) },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
    killDescendants: true,
  })
  const output = tail(KEPT_BYTES)
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const exit = Promise.withResolvers<void>()
  const { nodeChildProcess } = child
  nodeChildProcess.on('exit', () => exit.resolve())
  const over = Promise.withResolvers<never>()
  const abort = (): void => over.reject(guard.signal.reason)
  guard.signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([child, exit.promise, over.promise])
    if (child.pid === undefined) throw notStarted(hook, (await child).cause)
    await Promise.race([child, sleep(OUTPUT_MS, undefined, { signal: guard.signal }).catch(() => undefined)])
  } catch (error) {
    await endMarked(hook.mark, { first: 'SIGTERM', graceMs: GRACE_MS })
    child.kill('SIGKILL')
    throw error
  } finally {
    guard.signal.removeEventListener('abort', abort)
    child.stderr.destroy()
  }
  const text = output.text()
  if (hook.user !== undefined && /^setpriv: /m.test(text) && [1, 126, 127].includes(nodeChildProcess.exitCode ?? 0))
    throw notStarted(hook, text)
  return {
    code: nodeChildProcess.exitCode ?? undefined,
    killedBy: nodeChildProcess.signalCode ?? undefined,
    output: text,
  }
}

/** `setpriv` gives the command all groups of the user, which the spawn call of the runtime cannot. */
function asUser({ argv, user }: HookProcess): readonly string[] {
  if (user === undefined) return argv
  return ['setpriv', `--reuid=${String(user.uid)}`, `--regid=${String(user.gid)}`, '--init-groups', '--', ...argv]
}

function markOf(mark: string): Record<string, string> {
  const cut = mark.indexOf('=')
  return { [mark.slice(0, cut)]: mark.slice(cut + 1) }
}

function timedOut({ what, timeoutMs }: HookProcess): SalvageError {
  return new SalvageError('HOOK.TIMEOUT', `${what} was not done within ${String(timeoutMs)} ms and was ended`, {
    hint: 'give it more time, or find out what it waits for; it has no terminal and no input',
    retryable: true,
  })
}

function notStarted({ what, argv }: HookProcess, cause: unknown): SalvageError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new SalvageError('HOOK.NOT_STARTED', `${what} (${String(argv[0])}) could not be started`, { cause, why })
}
