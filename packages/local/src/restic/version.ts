import { SalvageError } from '@salvage-kit/core'
import type { Repository } from './restic-store.ts'
import { runRestic } from './run-restic.ts'

/** A version of restic; of three numbers the first two matter. */
export interface ResticVersion {
  readonly major: number
  readonly minor: number
}

const OLDEST: ResticVersion = { major: 0, minor: 14 }

/**
 * The version of this machine's restic. Rejects with `CRANE.MISSING`, or `CRANE.TOO_OLD` for one whose output is not
 * understood.
 */
export async function resticVersion(repository: Repository, signal: AbortSignal): Promise<ResticVersion> {
  const lines: string[] = []
  await runRestic(repository, { args: ['version'], onLine: (line) => void lines.push(line), signal })
  const version = parseVersion(lines.join('\n'))
  if (version === undefined || !atLeast(version, OLDEST))
    throw new SalvageError('CRANE.TOO_OLD', 'the restic of this machine is too old', {
      why: `it says ${JSON.stringify(lines[0] ?? '')}; ${String(OLDEST.major)}.${String(OLDEST.minor)} is the oldest that will do`,
      hint: 'install a newer one',
    })
  return version
}

/** Reads `restic 0.14.0 compiled with …`. */
export function parseVersion(text: string): ResticVersion | undefined {
  const [, major, minor] = /^restic (\d+)\.(\d+)/.exec(text) ?? []
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}

/** Whether a version is `wanted` or newer. */
export function atLeast(version: ResticVersion, wanted: ResticVersion): boolean {
  return version.major > wanted.major || (version.major === wanted.major && version.minor >= wanted.minor)
}
