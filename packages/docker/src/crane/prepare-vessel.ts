import type { DockerVolumeSource, LiftRef } from '@salvage-kit/core'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { isMadeFor } from './made-volume.ts'
import { metaJson } from './meta-json.ts'
import { META_PATH } from './mounts.ts'
import type { NamedCrane } from './settings-of.ts'
import { tarEntry } from './tar-entry.ts'
import { vesselSpec } from './vessel-spec.ts'
import { sameVolume, volumeGone } from '../volume-identity.ts'

const UPLOAD_MS = 60_000

/**
 * Makes the container of a lift with its metadata in it, not started, and resolves with its id. Rejects with
 * `DOCKER.VOLUME_GONE`, `CRANE.IMAGE_MISSING` or `CRANE.CREATE`; a container may stand then.
 *
 * Once asked for, the container is waited for whatever the signal says: one that nobody waits for may come after the
 * clearing up.
 */
export async function prepareVessel(
  engine: DockerEngine,
  ref: LiftRef,
  { name, settings }: NamedCrane,
  source: DockerVolumeSource,
  signal: AbortSignal,
): Promise<string> {
  const volume = await sameVolume(engine, source, { signal })
  const spec = vesselSpec(ref, name, settings, source.name)
  signal.throwIfAborted()
  const steady = { signal: new AbortController().signal }
  const id = await engine.createContainer(spec, steady).catch((error: unknown) => {
    throw createFault(error, name, settings.image)
  })
  signal.throwIfAborted()
  // From here on the container holds the volume: nobody can remove it any more.
  if (isMadeFor(await sameVolume(engine, source, { signal }), ref))
    throw volumeGone(source.name, 'it was removed when the crane was about to begin')
  const meta = metaJson(volume, ref, name, settings.image, new Date())
  const tar = tarEntry(META_PATH.slice(1), meta, new Date())
  await engine.putArchive(id, '/', tar, { signal, limitMs: UPLOAD_MS })
  return id
}

function createFault(error: unknown, crane: string, image: string): unknown {
  if (!isSalvageError(error) || error.retryable) return error
  if (error.code === 'DOCKER.NOT_FOUND' && /no such image/i.test(error.why ?? ''))
    return new SalvageError('CRANE.IMAGE_MISSING', `the image ${image} of the crane ${JSON.stringify(crane)} is gone`, {
      why: 'it was there when the run began',
      hint: `docker pull ${image}, and see what removes images on this engine`,
      cause: error,
    })
  if (!['DOCKER.NOT_FOUND', 'DOCKER.CONFLICT', 'DOCKER.REFUSED', 'DOCKER.ENGINE'].includes(error.code)) return error
  return new SalvageError('CRANE.CREATE', `the engine makes no container for the crane ${JSON.stringify(crane)}`, {
    why: error.why ?? error.message,
    hint: "check the crane's image, mounts and environment",
    cause: error,
  })
}
