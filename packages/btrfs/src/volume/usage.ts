import type { CallOptions } from '@salvage-kit/core'
import { runCommand } from '../command/run-command.ts'
import type { BtrfsSettings } from '../settings/settings.ts'
import { countedIn } from './quota.ts'
import { requireVolume } from './refusal.ts'

/** What a volume takes of the disk, in bytes. */
export interface VolumeUsage {
  readonly volume: string
  /** What its files hold, however much of it others hold as well. */
  readonly total: number
  /** What would come free with it. */
  readonly exclusive: number
  /** What it holds together with snapshots, clones or itself. */
  readonly shared: number
}

/** So many names go into one command. */
const AT_ONCE = 500

/**
 * What volumes take, in the order given: as the file system counts it when quotas are enabled, which is at once; otherwise
 * every file is looked at, in one command for all. Rejects with `VOLUME.NAME`,
 * `VOLUME.NOT_FOUND`, `VOLUME.PLAIN`, `BTRFS.*`.
 */
export async function usageOf(
  settings: Pick<BtrfsSettings, 'volumesPath'>,
  volumes: readonly string[],
  { signal }: CallOptions,
): Promise<readonly VolumeUsage[]> {
  signal.throwIfAborted()
  const paths = await Promise.all(volumes.map(async (volume) => requireVolume(settings, volume)))
  const counted = await countedIn(settings.volumesPath, { signal })
  if (counted !== undefined && volumes.every((volume) => counted.has(volume)))
    return volumes.map((volume) => usage(volume, counted.get(volume)))
  const usages: VolumeUsage[] = []
  for (let first = 0; first < paths.length; first += AT_ONCE) {
    const some = paths.slice(first, first + AT_ONCE)
    const output = await runCommand('btrfs', ['filesystem', 'du', '--summarize', '--raw', '--', ...some], { signal })
    const lines = parseUsage(output)
    usages.push(...volumes.slice(first, first + AT_ONCE).map((volume, index) => usage(volume, lines[index])))
  }
  return usages
}

/** `  8388608  3145728  5242880  /path`, after a line of titles; in the order in which the paths were given. */
export function parseUsage(output: string): readonly Pick<VolumeUsage, 'total' | 'exclusive'>[] {
  return output.split('\n').flatMap((line) => {
    const [, total, exclusive] = /^\s*(\d+)\s+(\d+)\s+(?:\d+|-)\s+/.exec(line) ?? []
    return total === undefined ? [] : [{ total: Number(total), exclusive: Number(exclusive) }]
  })
}

function usage(volume: string, counted: Pick<VolumeUsage, 'total' | 'exclusive'> | undefined): VolumeUsage {
  if (counted === undefined) throw new Error(`nothing was said of ${volume}`)
  const { total, exclusive } = counted
  return { volume, total, exclusive, shared: total - exclusive }
}
