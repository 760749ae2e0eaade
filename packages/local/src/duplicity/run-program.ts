import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import { findProgram } from '../process/find-program.ts'
import { tail } from '../process/tail.ts'
import type { Depot } from './depot.ts'
import { withoutSecrets } from './depot.ts'
import { duplicityEnvironment } from './duplicity-environment.ts'
import { withoutPasswords } from './url.ts'

/** How long duplicity may take to tidy up after it was asked to stop, in milliseconds. */
export const DUPLICITY_GRACE_MS = 10_000
/** How long after SIGKILL its end is waited for. Only a process that the kernel holds takes longer. */
const HELD_MS = 5000

const KEPT_BYTES = 8192

/** One process of duplicity, or of its Python. */
export interface ProgramCall {
  readonly argv: readonly [string, ...string[]]
  /** The id of a lift, or a word: its processes are found by it. */
  readonly work: string
  /** Where it writes what is not to stay. */
  readonly folder: string
  readonly stdin?: Readable
  /** Each line of the standard output, or with `logs` of descriptor 3. */
  readonly onLine: (line: string) => void
  readonly logs?: true
  readonly signal: AbortSignal
}

/** How it ended. */
export interface ProgramEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined
  /** The last of its error output, without secrets. */
  readonly errors: string
}

/**
 * Runs a program to its end, whatever its exit code is. An abort lets it tidy up (SIGINT) before SIGKILL, and rejects
 * with the signal's reason; it gets SIGINT too when this process dies. One that not even SIGKILL ends, since it waits
 * for a file system that does not answer, is left to the kernel. Rejects with `CRANE.MISSING`.
 */
export async function runProgram(depot: Depot, call: ProgramCall): Promise<ProgramEnd> {
  call.signal.throwIfAborted()
  const [file, ...args] = await boundToThis(call.argv)
  const out = call.logs === true ? ('ignore' as const) : ('pipe' as const)
  const child = execa(file, args, {
    env: duplicityEnvironment(depot, call, process.env),
    extendEnv: false,
    stdio: [call.stdin === undefined ? 'ignore' : 'pipe', out, 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    // Its own process group: a Ctrl-C in the terminal reaches this process, which then decides.
    killDescendants: true,
    cancelSignal: call.signal,
    killSignal: 'SIGINT',
    forceKillAfterDelay: DUPLICITY_GRACE_MS,
    ...(call.stdin === undefined ? {} : { input: call.stdin }),
  })
  const errors = tail(KEPT_BYTES)
  const { stdio, stderr } = child.nodeChildProcess
  using held = heldByKernel(call.signal)
  const ended = Promise.all([
    child,
    eachLine(readable(call.logs === true ? stdio[3] : stdio[1]), call.onLine),
    eachLine(stderr, (line) => errors.push(Buffer.from(`${line}\n`))),
  ])
  const all = await Promise.race([ended, held.promise])
  if (all === 'held') {
    child.nodeChildProcess.unref()
    for (const stream of stdio) stream?.destroy()
    throw call.signal.reason
  }
  const [result] = all
  call.signal.throwIfAborted()
  if (result.exitCode === undefined && result.signal === undefined) throw missing(result.cause)
  return { code: result.exitCode, errors: withoutPasswords(withoutSecrets(errors.text(), depot)) }
}

/** Resolves when a process should long have followed an abort. */
function heldByKernel(signal: AbortSignal): Disposable & { readonly promise: Promise<'held'> } {
  const { promise, resolve } = Promise.withResolvers<'held'>()
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => void (timer = setTimeout(() => resolve('held'), DUPLICITY_GRACE_MS + HELD_MS))
  signal.addEventListener('abort', begin, { once: true })
  return {
    promise,
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}

async function boundToThis(argv: readonly [string, ...string[]]): Promise<readonly [string, ...string[]]> {
  const setpriv = await findProgram('setpriv', process.env['PATH'] ?? '')
  return setpriv === undefined ? argv : [setpriv, '--pdeathsig', 'INT', '--', ...argv]
}

function readable(stream: unknown): Readable | null {
  return isReadable(stream) ? stream : null
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && Symbol.asyncIterator in stream
}

async function eachLine(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return
  for await (const line of createInterface({ input: stream })) onLine(line)
}

/** What is said where duplicity cannot be started at all. */
export function missing(cause?: unknown): SalvageError {
  return new SalvageError('CRANE.MISSING', 'the program duplicity is not on this machine', {
    ...(cause === undefined ? {} : { cause }),
    why: cause instanceof Error ? cause.message : 'it is in no directory of PATH',
    hint: 'install it (apt install duplicity), or use an archive:DIR store, which needs no program',
  })
}
