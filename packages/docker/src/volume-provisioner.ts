import { access, constants, readdir } from 'node:fs/promises'
import type { CallOptions, DockerVolumeSource, Provisioner } from '@salvage-kit/core'
import { parseReference, SalvageError } from '@salvage-kit/core'
import { clearFillers } from './crane/fillers.ts'
import { RUN_LABEL } from './crane/vessel-labels.ts'
import type { DockerEngine, Volume } from './engine.ts'
import { hasPlainDirectory, hostPathOf } from './host-path.ts'
import type { VolumeToken } from './volume-token.ts'
import { VolumeTokenSchema } from './volume-token.ts'

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/**
 * Makes Docker volumes to restore into: under a name that is free, or in the place of a volume that is empty and that no
 * container has. What it makes carries the label of its run, and only that is ever removed: an empty volume is made anew
 * under its own labels and the label of the run, and put back without it when the restore is taken back.
 *
 * Where this process does not see the content of volumes, only what writes through the engine can fill them: a crane
 * image. Codes: `DOCKER.VOLUME_NAME`, `DOCKER.NO_HOST_PATH`, `RESTORE.OCCUPIED`.
 */
export function volumeProvisioner(engine: () => Promise<DockerEngine>): Provisioner {
  return {
    scheme: 'docker',
    async prepare(ref, runId, { signal, media }) {
      signal.throwIfAborted()
      const volume = parseReference(ref).value
      if (!NAME.test(volume))
        throw new SalvageError('DOCKER.VOLUME_NAME', `${JSON.stringify(volume)} is not the name of a Docker volume`, {
          why: 'a name has letters, digits, "_", "." and "-", begins with a letter or digit, and has at least two of them',
        })
      const connected = await engine()
      const found = await connected.inspectVolume(volume, { signal })
      const throughEngine = media?.has('docker-volume') === true
      const token = { version: 1, volume, runId, ...(throughEngine ? { throughEngine } : {}) } as const
      if (found === undefined) {
        if (!throughEngine) await mustSeeVolumes(connected, volume, { signal })
        return token
      }
      await mustBeFree(connected, found, { signal })
      return { ...token, before: found.labels }
    },
    async create(given, { signal }) {
      signal.throwIfAborted()
      return create(await engine(), VolumeTokenSchema.parse(given), { signal })
    },
    async remove(given, { signal }) {
      signal.throwIfAborted()
      await remove(await engine(), VolumeTokenSchema.parse(given), { signal })
    },
  }
}

async function create(engine: DockerEngine, token: VolumeToken, options: CallOptions): Promise<DockerVolumeSource> {
  const found = await engine.inspectVolume(token.volume, options)
  if (found !== undefined && !isOf(found, token)) {
    if (token.before === undefined) throw occupied(token.volume, 'somebody made a volume of this name meanwhile')
    await mustBeFree(engine, found, options)
    await engine.removeVolume(found.name, options)
  }
  const labels = { ...token.before, [RUN_LABEL]: token.runId }
  const made = await engine.createVolume({ name: token.volume, labels }, options)
  // The engine gives a volume that is there already without a word.
  if (!isOf(made, token)) throw occupied(token.volume, 'somebody made a volume of this name meanwhile')
  const hostPath = await hostPathOf(engine, made, options)
  if (hostPath === undefined && token.throughEngine !== true) {
    await remove(engine, token, options)
    throw unseen(token.volume, `${made.mountpoint} of the engine's machine is not there for this process`)
  }
  return {
    medium: 'docker-volume',
    name: made.name,
    ...(made.createdAt === undefined ? {} : { createdAt: made.createdAt }),
    ...(hostPath === undefined ? {} : { hostPath }),
  }
}

async function remove(engine: DockerEngine, token: VolumeToken, options: CallOptions): Promise<void> {
  const found = await engine.inspectVolume(token.volume, options)
  if (found !== undefined && !isOf(found, token)) return
  if (found !== undefined) await clearFillers(engine, token.volume, options)
  await engine.removeVolume(token.volume, options)
  if (token.before !== undefined) await engine.createVolume({ name: token.volume, labels: token.before }, options)
}

function isOf(volume: Volume, token: VolumeToken): boolean {
  return volume.labels[RUN_LABEL] === token.runId
}

/** A volume that is not there yet will be seen when another one is; without another one its making will tell. */
async function mustSeeVolumes(engine: DockerEngine, volume: string, options: CallOptions): Promise<void> {
  const others = (await engine.listVolumes(options)).filter(hasPlainDirectory)
  for (const other of others) {
    const path = await hostPathOf(engine, other, options)
    if (path !== undefined && (await isWritable(path))) return
  }
  if (others.length > 0)
    throw unseen(volume, `no directory of another volume, such as ${others[0]?.mountpoint ?? ''}, can be written here`)
}

async function mustBeFree(engine: DockerEngine, volume: Volume, options: CallOptions): Promise<void> {
  const path = await hostPathOf(engine, volume, options)
  if (path === undefined) throw occupied(volume.name, 'this process cannot see whether it is empty')
  if ((await readdir(path)).length > 0) throw occupied(volume.name, 'there is a volume of this name, with content')
  const user = await userOf(engine, volume.name, options)
  if (user !== undefined) throw occupied(volume.name, `the container ${user} has it`)
  if (!(await isWritable(path))) throw unseen(volume.name, `${path} cannot be written by this user`)
}

async function userOf(engine: DockerEngine, volume: string, options: CallOptions): Promise<string | undefined> {
  for (const { id } of await engine.listContainers([], options)) {
    const container = await engine.inspectContainer(id, options)
    if (container?.mounts.some(({ type, name }) => type === 'volume' && name === volume) === true) return container.name
  }
  return undefined
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

function occupied(volume: string, why: string): SalvageError {
  return new SalvageError('RESTORE.OCCUPIED', `the volume ${volume} is not free to restore into`, {
    why,
    hint: 'name a volume that does not exist, or an empty one that no container has',
  })
}

function unseen(volume: string, why: string): SalvageError {
  return new SalvageError('DOCKER.NO_HOST_PATH', `nothing can be restored into the volume ${volume} from here`, {
    why,
    hint: "run as root on the engine's machine; in a container, mount /var/lib/docker/volumes at the same path",
  })
}
