import { stat } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, DockerVolumeSource } from '@salvage-kit/core'
import { identityOf } from './directory-identity.ts'
import type { DockerEngine, Volume } from './engine.ts'
import { pastEvents } from './past-events.ts'

/**
 * Resolves with what the engine says of the volume now. Rejects with `DOCKER.VOLUME_GONE` when it is not there any more
 * or is another one under the same name.
 *
 * Where this process sees its directory, another one is told by that. Else by its creation time. Engines before 23.0 give for it the time at which something at the top of
 * the volume last changed, which moves while an application works or is stopped. There another volume is proven by a
 * directory that was born after the time in `source`, or, where this process cannot see the directory, by the engine
 * having told of a removal after that time; its memory of 256 events may be too short for that.
 */
export async function sameVolume(
  engine: DockerEngine,
  source: DockerVolumeSource,
  options: CallOptions,
): Promise<Volume> {
  const volume = await engine.inspectVolume(source.name, options)
  if (volume === undefined) throw volumeGone(source.name, 'it was removed after it was found')
  const { hostPath, hostIdentity } = source
  if (hostPath !== undefined && hostIdentity !== undefined) {
    if ((await identityOf(hostPath)) === hostIdentity) return volume
    throw volumeGone(source.name, `another directory stands at ${hostPath}: it was removed and made anew`)
  }
  if (source.createdAt === undefined || volume.createdAt === undefined) return volume
  const known = Date.parse(source.createdAt)
  if (Date.parse(volume.createdAt) === known) return volume
  if (await creationTimeMoves(engine, volume, options)) {
    const { name } = source
    const born = hostPath === undefined ? undefined : await bornAfter(hostPath, known)
    if (!(born ?? (await wasRemoved(engine, name, known, options)))) return volume
  }
  throw volumeGone(source.name, `it was removed and made anew at ${volume.createdAt}`)
}

/** The error of a volume that is not what it was. */
export function volumeGone(name: string, why: string): SalvageError {
  return new SalvageError('DOCKER.VOLUME_GONE', `the volume ${name} is not there any more`, {
    why,
    hint: 'run again: what is there now is found anew',
  })
}

async function creationTimeMoves(engine: DockerEngine, volume: Volume, options: CallOptions): Promise<boolean> {
  if (volume.driver !== 'local') return false
  const { version } = await engine.version(options)
  const major = Number.parseInt(version, 10)
  return Number.isInteger(major) && major < 23
}

/** Creation times are in whole seconds. Undefined where the file system does not know births: it gives 1970. */
async function bornAfter(path: string, ms: number): Promise<boolean | undefined> {
  return stat(path).then(
    ({ birthtimeMs }) => (birthtimeMs > 0 ? birthtimeMs >= ms + 1000 : undefined),
    () => true,
  )
}

async function wasRemoved(engine: DockerEngine, name: string, ms: number, options: CallOptions): Promise<boolean> {
  const query = { kinds: ['volume'], actions: ['destroy'], sinceMs: ms + 1000 } as const
  return (await pastEvents(engine, query, options)).some(({ subject }) => subject === name)
}
