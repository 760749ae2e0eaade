import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { SalvageError } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import type { Command } from './ssh-command.ts'

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that is told of by its ending only. */
export interface Leashed {
  readonly child: ChildProcess
  /** Rejects with `BTRFS.MISSING` when it could not be started. */
  readonly ended: Promise<Ending>
}

/** How a program is started. */
export interface LeashOptions {
  /** Where it works. Default: where this process does. */
  readonly directory?: string
  /** It leads a process group, so that {@link endGroup} reaches what it starts. */
  readonly group?: boolean
  /** What the kernel sends when this process ends: `TERM` for a program that then ends what it started. Default: `KILL`. */
  readonly deathSignal?: 'KILL' | 'TERM'
}

/** This process may have ended before the kernel was told what to do then. */
const STILL_OURS = '[ "$PPID" = "$0" ] || exit; exec "$@"'

/**
 * Starts a program that the kernel kills when this process ends, however that ends: nothing goes on that nobody awaits.
 * Its own children are its own matter.
 */
export function leashed({ file, args }: Command, stdio: StdioOptions, options: LeashOptions = {}): Leashed {
  const { deathSignal = 'KILL' } = options
  const own = ['sh', '-c', STILL_OURS, String(process.pid), file, ...args]
  return started({ file: 'setpriv', args: ['--pdeathsig', deathSignal, '--', ...own] }, stdio, options)
}

/** Starts a program that ends by itself when its input does. */
export function started(
  { file, args }: Command,
  stdio: StdioOptions,
  { directory, group = false }: LeashOptions = {},
): Leashed {
  const env = { ...process.env, LC_ALL: 'C' }
  const child = spawn(file, args, {
    stdio,
    env,
    detached: group,
    ...(directory === undefined ? {} : { cwd: directory }),
  })
  const { promise, resolve, reject } = Promise.withResolvers<Ending>()
  child.once('close', (code, signal) => resolve({ code, signal }))
  child.once('error', (cause) => reject(notStarted(file, cause.message, cause)))
  promise.catch(() => undefined)
  return { child, ended: promise }
}

/** Asks the leader of a group to end, with all that it started; does nothing when they are gone. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGTERM')
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

/** What a shell ends with when there is no such program. */
const NO_PROGRAM = 127

/** `BTRFS.MISSING` when a leashed process was none, for want of its program here; undefined when it was one. */
export function missingProgram(words: string, { code }: Ending): SalvageError | undefined {
  // dash: `sh: 1: exec: rsync: not found`; bash: `sh: line 1: exec: rsync: not found`.
  const [, file] = /: exec: ([^:]+): not found/.exec(words) ?? []
  return code === NO_PROGRAM && file !== undefined ? notStarted(file, words.trim()) : undefined
}

function notStarted(file: string, why: string, cause?: unknown): SalvageError {
  const packages: Readonly<Record<string, string>> = {
    btrfs: 'btrfs-progs',
    setpriv: 'util-linux',
    ssh: 'openssh-client',
  }
  return new SalvageError('BTRFS.MISSING', `the program ${file} cannot be started`, {
    cause,
    why,
    hint: `install it (apt install ${packages[file] ?? file})`,
  })
}

const MOST_WORDS = 64 * 1024

/** Collects the end of what a process says about itself. */
export function wordsOf(child: ChildProcess): () => string {
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-MOST_WORDS)
  })
  return () => words
}
