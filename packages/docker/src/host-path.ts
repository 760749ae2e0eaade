import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine, Volume } from './engine.ts'

/** An application that works in the volume moves its creation time on older engines: the comparison is tried again. */
const TRIES = 3

/**
 * The directory in which this process can read a volume's content at any time, or undefined. Only a volume of the `local`
 * driver without options has one: with a device in its options, or under a plugin, it is mounted only while in use.
 *
 * That the path means the same directory here as for the engine (this process may be in a container, the engine on
 * another machine) is proven by the volume's creation time, which the engine reads off the directory: off the content
 * itself before version 23.0, off the directory around it since.
 */
export async function hostPathOf(
  engine: DockerEngine,
  volume: Volume,
  options: CallOptions,
): Promise<string | undefined> {
  if (!hasPlainDirectory(volume) || volume.mountpoint === '') return undefined
  let seen: Volume | undefined = volume
  for (let tries = 0; tries < TRIES && seen !== undefined; tries += 1) {
    const times = await directoryTimes(seen.mountpoint)
    if (times === undefined) return undefined
    if (seen.createdAt !== undefined && times.has(seconds(Date.parse(seen.createdAt)))) return seen.mountpoint
    seen = await engine.inspectVolume(volume.name, options)
  }
  return undefined
}

/** Whether a volume's content stands in a directory of the engine's machine whether it is in use or not. */
export function hasPlainDirectory(volume: Pick<Volume, 'driver' | 'driverOptions'>): boolean {
  return volume.driver === 'local' && Object.keys(volume.driverOptions).length === 0
}

async function directoryTimes(path: string): Promise<ReadonlySet<number> | undefined> {
  try {
    await access(path, constants.R_OK | constants.X_OK)
    const all = await Promise.all([stat(path), stat(dirname(path))])
    return new Set(all.flatMap(({ ctimeMs, birthtimeMs }) => [seconds(ctimeMs), seconds(birthtimeMs)]))
  } catch {
    return undefined
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
