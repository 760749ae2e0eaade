import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { errorCode } from './error-code.ts'
import { failureOf } from './failure.ts'
import { kernelFailure } from './kernel-failure.ts'
import { shellFor } from './run-in-shell.ts'
import type { Finished, Words } from './waiting-shell.ts'

/** How long a command may take to end after it was asked to, in milliseconds. */
const GRACE_MS = 5000
/** More output than this is no listing of subvolumes. */
const MOST_BYTES = 64 * 1024 * 1024
/** What a waiting shell starts. */
const QUICK: readonly string[] = ['btrfs', 'chattr']
/** With which a shell says that there is no such program, or that it cannot be started. */
const NOT_RUN: readonly number[] = [126, 127]

/** What {@link runCommand} takes. */
export interface CommandOptions extends CallOptions {
  readonly input?: string
}

/**
 * Runs a program to its end and resolves with its output. An abort ends it and rejects with the signal's reason. Rejects
 * with `BTRFS.MISSING` when there is no such program, else with what {@link failureOf} makes of its words.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  { signal, input }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted()
  const inTurn = input === undefined ? await inShell([[file, ...args]], { signal }) : undefined
  const { end, out, words } = inTurn?.isRun === true ? inTurn : await spawned(file, args, { signal, input })
  signal.throwIfAborted()
  if (end === 0) return out
  throw failureOf(`${file} ${args.slice(0, 2).join(' ')}`, words, end)
}

/**
 * Runs commands one after the other, up to the first that fails, and costs little more than one of them. Aborts and rejects
 * as {@link runCommand} does with that one.
 */
export async function runCommands(commands: readonly Words[], { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted()
  const inTurn = await inShell(commands, { signal })
  signal.throwIfAborted()
  const { last = 0, isRun = false } = inTurn ?? {}
  if (isRun && inTurn?.end === 0) return
  for (const [index, [file = '', ...args]] of commands.entries()) {
    if (isRun && index === last)
      throw failureOf(`${file} ${args.slice(0, 2).join(' ')}`, inTurn?.words ?? '', inTurn?.end)
    if (index >= last) await runCommand(file, args, { signal })
  }
}

interface Given extends CallOptions {
  readonly input: string | undefined
}

/** Undefined when nothing was run; not `isRun` when the last one was not: then a process of its own shows why. */
async function inShell(
  commands: readonly Words[],
  { signal }: CallOptions,
): Promise<(Finished & { readonly isRun: boolean }) | undefined> {
  if (!commands.every(([file = '']) => QUICK.includes(file))) return undefined
  using shell = shellFor(commands)
  if (shell === undefined) return undefined
  const running = shell.run(MOST_BYTES)
  const finished = await endedBy(signal, (how) => shell.end(how), running)
  return { ...finished, isRun: !(typeof finished.end === 'number' && NOT_RUN.includes(finished.end)) }
}

async function spawned(
  file: string,
  args: readonly string[],
  { signal, input }: Given,
): Promise<Omit<Finished, 'last'>> {
  const child = started(file, args, input)
  const ended = endOf(file, child)
  const out = collected(child, child.stdout)
  const words = collected(child, child.stderr)
  const end = await endedBy(signal, (how) => child.kill(how), ended)
  return { end, out: out(), words: words() }
}

/** An abort ends what runs, first politely; it is awaited all the same. */
async function endedBy<T>(signal: AbortSignal, end: (how: NodeJS.Signals) => void, running: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    end('SIGTERM')
    timer = setTimeout(() => end('SIGKILL'), GRACE_MS)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await running
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
  }
}

function started(file: string, args: readonly string[], input: string | undefined): ChildProcess {
  const env = { ...process.env, LC_ALL: 'C' }
  const stdin = input === undefined ? 'ignore' : 'pipe'
  try {
    const child = spawn(file, args, { env, stdio: [stdin, 'pipe', 'pipe'] })
    // It may end before it has read everything; how it ended says enough.
    child.stdin?.on('error', () => undefined).end(input)
    return child
  } catch (error) {
    throw notStarted(file, error)
  }
}

/** Its exit code, or the signal that ended it; all of its output is there by then. */
async function endOf(file: string, child: ChildProcess): Promise<number | NodeJS.Signals | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals | undefined>()
  child.once('error', (error) => reject(notStarted(file, error)))
  child.once('close', (code, signal) => resolve(code ?? signal ?? undefined))
  return promise
}

function collected(child: ChildProcess, stream: ChildProcess['stdout']): () => string {
  const pieces: Buffer[] = []
  let bytes = 0
  stream?.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes <= MOST_BYTES) pieces.push(piece)
    else child.kill('SIGKILL')
  })
  return () => Buffer.concat(pieces).toString('utf8')
}

/** `BTRFS.MISSING`; what else may be wrong, such as too many processes, is no reason to install anything. */
function notStarted(file: string, cause: unknown): unknown {
  if (errorCode(cause) !== 'ENOENT') return kernelFailure(`starting ${file}`, cause)
  return new SalvageError('BTRFS.MISSING', `the program ${file} is not on this machine`, {
    cause,
    why: cause instanceof Error ? cause.message : 'it could not be started',
    hint: file === 'btrfs' ? 'install it (apt install btrfs-progs)' : `install it (apt install ${file})`,
  })
}
