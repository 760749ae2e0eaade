import { reference, SalvageError } from '@salvage-kit/core'
import type { Crane, DockerVolumeSource, Finding, LiftRef, Source, Store } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { clearAfterDeath } from './clear-vessel.ts'
import { liftVolume } from './lift-volume.ts'
import { ensureImage } from './preflight.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { craneOf } from './settings-of.ts'
import { slots } from './slots.ts'
import { sameVolume } from '../volume-identity.ts'

/** The id of the crane that runs crane images. */
const CRANE_ID = 'container'

/** What {@link containerCrane} takes. */
export interface ContainerCraneOptions {
  /** By name. */
  readonly cranes: Readonly<Record<string, ContainerCraneSettings>>
  /** Told what a reader should know and what fails nothing, such as a pull that failed. */
  readonly warn?: (finding: Finding) => void
  /** Gets each line that a crane prints, without the values of its environment. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
}

/**
 * Runs crane images: any image that follows the crane contract of the original works unchanged. One container for each
 * volume; exit code 0 is good and nothing else is. Its archives can only be written: how to read them is known to the
 * image alone.
 *
 * The settings stay in this process, since they may hold secrets: a store names its crane, and a process that clears up
 * after another needs no settings.
 */
export function containerCrane(engine: () => Promise<DockerEngine>, options: ContainerCraneOptions): Crane {
  const lines = new Map(Object.entries(options.cranes).map(([name, crane]) => [name, slots(crane.maxConcurrent)]))
  return {
    id: CRANE_ID,
    media: new Set(['docker-volume']),
    /** Rejects with `CRANE.UNKNOWN`, `CRANE.SETTINGS`, `CRANE.MOUNT`, `CRANE.SOURCE`, `DOCKER.VOLUME_GONE`, `CRANE.IMAGE_MISSING`. */
    async preflight(store, sources, { signal }) {
      signal.throwIfAborted()
      const crane = craneOf(store, options.cranes)
      const volumes = sources.map(volumeOf)
      const connected = await engine()
      for (const volume of volumes) await sameVolume(connected, volume, { signal })
      await ensureImage(connected, crane, options.warn, { signal })
    },
    /**
     * Rejects, besides what `preflight` says, with `CRANE.CREATE`, `CRANE.START`, `CRANE.FAILED`, `CRANE.STOPPED`,
     * `CRANE.LOST`, `CRANE.TIMEOUT`. The container is stopped with the crane's grace when the signal goes off.
     */
    async lift(ref, source, { signal }) {
      signal.throwIfAborted()
      const crane = craneOf(ref.store, options.cranes)
      const volume = volumeOf(source)
      using _slot = await lines.get(crane.name)?.(signal)
      const { onLine } = options
      return await liftVolume(await engine(), ref, crane, volume, {
        signal,
        ...(onLine === undefined ? {} : { onLine: (line) => onLine(ref, line) }),
      })
    },
    async clear(ref, { signal }) {
      signal.throwIfAborted()
      await clearAfterDeath(await engine(), ref, { signal })
    },
  }
}

/** The store of a crane of the configuration: `crane:NAME`. Throws `REFERENCE.INVALID`. */
export function craneStore(name: string): Store {
  return { ref: reference(`crane:${name}`), crane: CRANE_ID, settings: { name } }
}

function volumeOf(source: Source): DockerVolumeSource {
  if (source.medium === 'docker-volume') return source
  throw new SalvageError('CRANE.SOURCE', `a crane image cannot read ${source.path}`, {
    why: 'it is given a Docker volume and nothing else',
    hint: 'use another store for this target, such as archive:DIR or restic:ADDRESS',
  })
}
