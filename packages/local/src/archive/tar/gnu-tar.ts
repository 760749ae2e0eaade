import { execa } from 'execa'
import { SalvageError } from '@salvage-kit/core'

/** The name and version of the tar of this machine: `tar (GNU tar) 1.34`. */
export async function tarVersion(): Promise<string> {
  return firstLine((await run(['--version'])).stdout)
}

/**
 * Looks for a GNU tar that keeps extended attributes. Rejects with `ARCHIVE.TAR_MISSING`.
 */
export async function requireGnuTar(): Promise<void> {
  const version = await run(['--version'])
  const name = firstLine(version.stdout)
  if (version.failed || !name.includes('GNU tar')) throw missing(version.failed ? version.message : name)
  const attributes = await run(['--create', '--xattrs', '--file=/dev/null', '--files-from=/dev/null'])
  if (attributes.failed || attributes.stderr !== '') throw missing(`${name}: ${attributes.stderr}`)
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

interface Ran {
  readonly failed: boolean
  readonly message: string
  readonly stdout: string
  readonly stderr: string
}

async function run(args: readonly string[]): Promise<Ran> {
  const { failed, shortMessage, stdout, stderr } = await execa('tar', args, {
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    timeout: 10_000,
  })
  return { failed, message: shortMessage ?? '', stdout: stdout ?? '', stderr: stderr ?? '' }
}

function missing(why: string): SalvageError {
  return new SalvageError('ARCHIVE.TAR_MISSING', 'the archive crane needs GNU tar with extended attributes', {
    why,
    hint: 'install the package "tar" of your distribution',
  })
}
