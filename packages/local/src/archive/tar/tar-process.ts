import type { Readable, Writable } from 'node:stream'
import { execa } from 'execa'
import { readAhead } from './read-ahead.ts'
import { tellings } from './told.ts'
import type { Told } from './told.ts'

/** How a tar ended. */
export interface TarEnd {
  /** Absent when it was killed or could not be started. */
  readonly exitCode?: number
  /** The signal that ended it, or why it could not be started. */
  readonly died?: string
  readonly told: Told
}

/** A running GNU tar. Disposing kills it when it still runs, and waits for its end. */
export interface TarProcess extends AsyncDisposable {
  /** Never rejects. */
  readonly ended: Promise<TarEnd>
}

/** A tar that writes an archive. */
export interface CreatingTar extends TarProcess {
  /** To be read once. */
  readonly output: AsyncIterable<Buffer>
}

/** A tar that unpacks an archive. */
export interface UnpackingTar extends TarProcess {
  readonly input: Writable
}

/** What a tar is told that writes the tree beneath a directory to its standard output. */
function createArguments(directory: string): readonly string[] {
  return [
    '--create',
    '--format=posix',
    // Times of reading change with every copy, names of extended headers with every process.
    '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
    '--xattrs',
    '--xattrs-include=*',
    // Tar would write ACLs with the names of users; as the kernel's own attributes they keep the numbers.
    '--no-acls',
    '--sparse',
    '--numeric-owner',
    '--sort=name',
    // 64 KiB at once: what one read from a pipe gives.
    '--blocking-factor=128',
    `--directory=${directory}`,
    '--file=-',
    '.',
  ]
}

/** Starts a tar that writes the tree beneath a directory. */
export function tarCreate(directory: string, signal: AbortSignal): CreatingTar {
  const { input, output, ...tar } = start(createArguments(directory), signal)
  input.end()
  return { ...tar, output: readAhead(output) }
}

/** Starts a tar that unpacks its input: as root with owners and every attribute, else with what a user may set. */
export function tarExtract(directory: string, privileged: boolean, signal: AbortSignal): UnpackingTar {
  const { output, ...tar } = start(
    [
      '--extract',
      '--xattrs',
      ...(privileged
        ? ['--xattrs-include=*', '--same-owner']
        : ['--xattrs-include=user.*', '--xattrs-include=system.posix_acl_*', '--no-same-owner']),
      '--no-acls',
      '--numeric-owner',
      '--preserve-permissions',
      '--delay-directory-restore',
      `--directory=${directory}`,
      '--file=-',
    ],
    signal,
  )
  output.resume()
  return tar
}

function start(args: readonly string[], signal: AbortSignal): UnpackingTar & { readonly output: Readable } {
  const child = execa('tar', args, {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    encoding: 'buffer',
    buffer: false,
    reject: false,
    // Options for tar that stand in the environment are not for this one.
    extendEnv: false,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    cancelSignal: signal,
    killSignal: 'SIGKILL',
  })
  const told = tellings(child.stderr)
  // Whoever writes gets the failure from the pipeline; without a writer it means nothing.
  child.stdin.on('error', () => undefined)
  const ended = child.then(({ exitCode, signal: by, shortMessage }): TarEnd => {
    if (exitCode !== undefined) return { exitCode, told: told() }
    return { died: by ?? shortMessage ?? 'it could not be started', told: told() }
  })
  return {
    input: child.stdin,
    output: child.stdout,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      // The end also waits for the streams, which nobody may be reading any more.
      child.stdin.destroy()
      child.stdout.destroy()
      await ended
    },
  }
}
