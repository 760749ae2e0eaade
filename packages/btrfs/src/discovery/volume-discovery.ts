import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallOptions, Discovery, Problem, Target, TargetRef } from '@salvage-kit/core'
import { isVolumeName } from '../name/volume-name.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'

/** What {@link volumeDiscovery} looks for. */
export interface VolumesWanted {
  readonly volumesPath: string
  /** These are targets whoever else shows them too. */
  readonly named: readonly string[]
  /** Every volume is a target, but for those that another backend shows. */
  readonly all: boolean
}

/**
 * Finds volumes of the plugin by their directories, whether there is an engine or not: `btrfs:NAME`. One that is named and
 * is not there is a problem: `VOLUME.NOT_FOUND`.
 */
export function volumeDiscovery(wanted: VolumesWanted): Discovery {
  return { survey: async (options) => survey(wanted, options) }
}

async function survey(
  { volumesPath, named, all }: VolumesWanted,
  { signal }: CallOptions,
): ReturnType<Discovery['survey']> {
  signal.throwIfAborted()
  const targets: Target[] = []
  const problems: Problem[] = []
  const others = all ? (await readdir(volumesPath).catch(() => [])).filter((name) => !named.includes(name)) : []
  for (const name of new Set([...named, ...others.toSorted()])) {
    signal.throwIfAborted()
    const isNamed = named.includes(name)
    const ref: TargetRef = `btrfs:${name}`
    const path = isVolumeName(name) ? await volumeAt(join(volumesPath, name)) : undefined
    if (path !== undefined)
      targets.push({ ref, source: { medium: 'directory', path }, tides: [], ...(isNamed ? {} : { spare: true }) })
    else if (isNamed) problems.push({ ...missing(name, volumesPath), target: ref })
  }
  return { targets, workloads: [], problems }
}

async function volumeAt(path: string): Promise<string | undefined> {
  return (await isSubvolume(path)) ? realpath(path) : undefined
}

function missing(name: string, volumesPath: string): Problem {
  return {
    code: 'VOLUME.NOT_FOUND',
    message: `there is no BTRFS volume ${JSON.stringify(name)}`,
    why: `no subvolume of this name stands in ${volumesPath}`,
    hint: 'see what is there with `salvage-kit volume list`',
  }
}
