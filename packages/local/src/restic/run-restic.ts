import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import { tail } from '../process/tail.ts'
import type { Claim } from './claim.ts'
import { guarded, WHOLE } from './guarded-input.ts'
import { resticEnvironment } from './restic-environment.ts'
import type { Repository } from './restic-store.ts'

/** How long restic may take to remove its lock after it was asked to stop, in milliseconds. */
export const RESTIC_GRACE_MS = 10_000

const KEPT_BYTES = 8192
/** What the shell of a claim, or `setpriv`, ends with when there is no such program. */
const NOT_FOUND = 127

/** One call of restic. */
export interface ResticCall {
  readonly args: readonly string[]
  /** For a call that locks the repository: what its process leaves to be found by. */
  readonly claim?: Claim
  /**
   * Writes the input of a call that has a claim, and resolves with whether that is all of it, and is proven to be. Until then
   * restic never sees its end. When it rejects, or restic ends before, what was written is not all.
   */
  readonly feed?: (stdin: Writable) => Promise<boolean>
  /** Called with each line of the output; absent: the output is thrown away. May wait. */
  readonly onLine?: (line: string) => void | Promise<void>
  /** Called with each line of the error output. */
  readonly onErrorLine?: (line: string) => void
  readonly signal: AbortSignal
}

/** How restic ended. */
export interface ResticEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  /** The last of its error output. */
  readonly errors: string
}

/**
 * Runs restic to its end, whatever its exit code is. An abort lets it remove its lock (SIGINT) before SIGKILL, and
 * rejects with the signal's reason. Rejects with `CRANE.MISSING` when there is no restic.
 */
export async function runRestic(repository: Repository, call: ResticCall): Promise<ResticEnd> {
  call.signal.throwIfAborted()
  const [file = '', ...args] = commandOf(call)
  const verdict = Promise.withResolvers<boolean>()
  const output = call.onLine === undefined ? 'ignore' : 'pipe'
  const child = execa(file, args, {
    env: { ...resticEnvironment(repository, process.env), ...call.claim?.env },
    extendEnv: false,
    stdio:
      call.feed === undefined ? ['ignore', output, 'pipe'] : ['pipe', output, 'pipe', verdictText(verdict.promise)],
    buffer: false,
    reject: false,
    // Its own process group: a Ctrl-C in the terminal reaches this process, which then decides.
    killDescendants: true,
    cancelSignal: call.signal,
    killSignal: 'SIGINT',
    forceKillAfterDelay: RESTIC_GRACE_MS,
  })
  const errors = tail(KEPT_BYTES)
  const { stdin, stdout, stderr } = child.nodeChildProcess
  const onErrorLine = (line: string): void => {
    errors.push(Buffer.from(`${line}\n`))
    call.onErrorLine?.(line)
  }
  const [result] = await Promise.all([
    child,
    eachLine(stdout, call.onLine),
    eachLine(stderr, onErrorLine),
    fed(stdin, call.feed, verdict.resolve),
  ]).catch(async (error: unknown) => {
    child.kill('SIGINT')
    await child
    throw error
  })
  call.signal.throwIfAborted()
  if (result.exitCode === NOT_FOUND || (result.exitCode === undefined && result.signal === undefined))
    throw missing(result.cause)
  return { code: result.exitCode, errors: errors.text() }
}

function commandOf({ args, claim, feed }: ResticCall): readonly string[] {
  const command = ['restic', ...args]
  if (claim === undefined) return command
  const claimed = claim.around(command)
  return feed === undefined ? claimed : guarded(claim.file, claimed)
}

async function* verdictText(verdict: Promise<boolean>): AsyncGenerator<string> {
  if (await verdict) yield WHOLE
}

/** Whatever becomes of the input, its end comes after the verdict. */
async function fed(
  stdin: Writable | null,
  feed: ResticCall['feed'],
  verdict: (isWhole: boolean) => void,
): Promise<void> {
  if (stdin === null || feed === undefined) return
  // Restic says itself why it has ended.
  stdin.on('error', () => undefined)
  let isWhole = false
  try {
    isWhole = await feed(stdin)
  } finally {
    verdict(isWhole)
    if (isWhole) stdin.end()
    else stdin.destroy()
  }
}

async function eachLine(stream: Readable | null, onLine: ResticCall['onLine']): Promise<void> {
  if (stream === null || onLine === undefined) return
  for await (const line of createInterface({ input: stream })) await onLine(line)
}

/** What is said where restic cannot be started at all. */
function missing(cause: unknown): SalvageError {
  return new SalvageError('CRANE.MISSING', 'the program restic is not on this machine', {
    cause,
    why: cause instanceof Error ? cause.message : 'it could not be started',
    hint: 'install it (apt install restic), or use an archive:DIR store, which needs no program',
  })
}
