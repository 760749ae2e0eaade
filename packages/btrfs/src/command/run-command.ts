import { SalvageError } from '@salvage-kit/core'
import { execa } from 'execa'
import { failureOf } from './failure.ts'

/** How long a command may take to end after it was asked to, in milliseconds. */
const GRACE_MS = 5000
/** More output than this is no listing of subvolumes. */
const MOST_BYTES = 64 * 1024 * 1024

/** What {@link runCommand} takes. */
export interface CommandOptions {
  readonly signal: AbortSignal
  readonly input?: string
}

/**
 * Runs a program to its end and resolves with its output. An abort ends it and rejects with the signal's reason. Rejects
 * with `BTRFS.MISSING` when there is no such program, else with what {@link failureOf} makes of its words.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  { signal, input = '' }: CommandOptions,
): Promise<string> {
  signal.throwIfAborted()
  const result = await execa(file, args, {
    input,
    reject: false,
    env: { LC_ALL: 'C' },
    maxBuffer: MOST_BYTES,
    stripFinalNewline: false,
    cancelSignal: signal,
    forceKillAfterDelay: GRACE_MS,
  })
  signal.throwIfAborted()
  if (result.exitCode === 0) return result.stdout
  if (result.exitCode === undefined && result.signal === undefined) throw missing(file, result.cause)
  throw failureOf(`${file} ${args.slice(0, 2).join(' ')}`, result.stderr, result.exitCode ?? result.signal)
}

function missing(file: string, cause: unknown): SalvageError {
  return new SalvageError('BTRFS.MISSING', `the program ${file} is not on this machine`, {
    cause,
    why: cause instanceof Error ? cause.message : 'it could not be started',
    hint: file === 'btrfs' ? 'install it (apt install btrfs-progs)' : `install it (apt install ${file})`,
  })
}
