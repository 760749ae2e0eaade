import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine, Volume } from '../engine.ts'
import { isMadeFor } from './made-volume.ts'
import { markDirectory } from './marked-directory.ts'
import type { Secret } from './secrets.ts'
import { secretEntries } from './secrets.ts'
import type { NamedCrane } from './settings-of.ts'
import { tarOf } from './tar.ts'
import { vesselSpec } from './vessel-spec.ts'
import { sameVolume, volumeGone } from '../volume-identity.ts'
import type { Work } from './work.ts'

const UPLOAD_MS = 60_000

/**
 * Makes the container of an action with its files in it, not started, and resolves with its id. Rejects with
 * `DOCKER.VOLUME_GONE`, `DOCKER.NO_HOST_PATH`, `CRANE.IMAGE_MISSING` or `CRANE.CREATE`; a container may stand then.
 *
 * Once asked for, the container is waited for whatever the signal says: one that nobody waits for may come after the
 * clearing up.
 */
export async function prepareVessel(
  engine: DockerEngine,
  work: Work,
  { name, settings }: NamedCrane,
  { signal, secrets }: CallOptions & { readonly secrets: readonly Secret[] },
): Promise<string> {
  await contentOf(engine, work, signal)
  const spec = vesselSpec(work, settings)
  const source = work.content?.source
  await using mark = source?.medium === 'directory' ? await markDirectory(source.path) : undefined
  signal.throwIfAborted()
  const steady = { signal: new AbortController().signal }
  const id = await engine.createContainer(spec, steady).catch((error: unknown) => {
    throw createFault(error, name, settings.image)
  })
  signal.throwIfAborted()
  // From here on the container holds the volume: nobody can remove it any more.
  const volume = await contentOf(engine, work, signal)
  if (volume !== undefined && isMadeFor(volume, work.vessel))
    throw volumeGone(volume.name, 'it was removed when the crane was about to begin')
  await mark?.mustBeSeenBy(engine, id, { signal })
  const now = new Date()
  const entries = [...work.files(volume, now), ...secretEntries(secrets)]
  await engine.putArchive(id, '/', tarOf(entries, now), { signal, limitMs: UPLOAD_MS })
  return id
}

async function contentOf(engine: DockerEngine, { content }: Work, signal: AbortSignal): Promise<Volume | undefined> {
  return content?.source.medium === 'docker-volume' ? sameVolume(engine, content.source, { signal }) : undefined
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
