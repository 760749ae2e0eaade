import { hasArchives, reference, SalvageError, sourceText, unbegun, writeOnly } from '@salvage-kit/core'
import type { CallOptions, Crane, DockerVolumeSource, Finding, LiftRef, Source, Store } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { containerArchives } from './archives.ts'
import { clearAfterDeath } from './clear-vessel.ts'
import { contractOf } from './contract.ts'
import { liftVolume } from './lift-volume.ts'
import { ensureImage, ensureNetwork } from './preflight.ts'
import { readSecrets } from './secrets.ts'
import type { ContainerCraneSettings } from './settings.ts'
import { craneOf } from './settings-of.ts'
import { sweepVessels } from './sweep.ts'
import { runTask } from './tasks.ts'
import type { ReadyCrane } from './tasks.ts'
import { turnOf } from './turns.ts'
import { craneMounts } from './vessel-spec.ts'
import { sameVolume } from '../volume-identity.ts'

/** The id of the crane that runs crane images. */
const CRANE_ID = 'container'

/** What {@link containerCrane} takes. */
export interface ContainerCraneOptions {
  /** By name. */
  readonly cranes: Readonly<Record<string, ContainerCraneSettings>>
  /** The name of this machine; absent: its host name. */
  readonly machine?: string
  /** Told what a reader should know and what fails nothing, such as a pull that failed. */
  readonly warn?: (finding: Finding) => void
  /** Gets each line that a lift prints, without the values of its environment. Must not throw. */
  readonly onLine?: (ref: LiftRef, line: string) => void
}

/** The crane of this package. */
export interface ContainerCrane extends Crane {
  /** Removes what dead processes left of this crane and what no journal tells of. */
  sweep(options: CallOptions): Promise<void>
}

/**
 * Runs crane images: any image that follows the crane contract of the original works unchanged (version 1); its archives
 * can only be written. What an image of version 2 can do besides, its labels say. One container for each action.
 *
 * The settings stay in this process, since they may hold secrets: a store names its crane, and a process that clears up
 * after another needs no settings; only to withdraw an archive it does.
 */
export function containerCrane(engine: () => Promise<DockerEngine>, options: ContainerCraneOptions): ContainerCrane {
  const { cranes, machine, warn, onLine } = options
  const notBegun = unbegun()

  async function ready(store: Store, { signal }: CallOptions): Promise<ReadyCrane> {
    const crane = craneOf(store, cranes)
    const connected = await engine()
    // Looking at archives is no run: what is pulled before each of those is not pulled for this.
    const pull = crane.settings.pull === 'never' ? 'never' : 'missing'
    await ensureImage(connected, { ...crane, settings: { ...crane.settings, pull } }, warn, { signal })
    const contract = await contractOf(connected, crane, { signal })
    return { engine: connected, crane, contract, store, machine }
  }

  return {
    id: CRANE_ID,
    media: new Set(['docker-volume']),
    /**
     * Rejects with `CRANE.UNKNOWN`, `CRANE.SETTINGS`, `CRANE.MOUNT`, `CRANE.SOURCE`, `CRANE.SECRET`, `CRANE.NETWORK`,
     * `CRANE.IMAGE_MISSING`, `CRANE.CONTRACT`, `DOCKER.VOLUME_GONE`, and with what the crane says of its store.
     */
    async preflight(store, sources, { signal, init }) {
      signal.throwIfAborted()
      const crane = craneOf(store, cranes)
      const volumes = sources.map(volumeOf)
      await readSecrets(crane)
      const connected = await engine()
      for (const volume of volumes) await sameVolume(connected, volume, { signal })
      await ensureNetwork(connected, crane, { signal })
      await ensureImage(connected, crane, warn, { signal })
      const contract = await contractOf(connected, crane, { signal })
      craneMounts(crane.settings, contract.version)
      if (!contract.actions.has('check')) return
      const on = { engine: connected, crane, contract, store, machine }
      await runTask(on, { action: 'check', init }, { signal, conclude: () => undefined })
    },
    /**
     * Rejects, besides what `preflight` says, with `CRANE.CREATE`, `CRANE.START`, `CRANE.FAILED`, `CRANE.STOPPED`,
     * `CRANE.LOST`, `CRANE.TIMEOUT`, `CRANE.RESULT`. The container is stopped with the crane's grace when the signal goes off.
     */
    async lift(ref, source, { signal }) {
      return notBegun.watch(ref.id, async (begin) => {
        signal.throwIfAborted()
        const crane = craneOf(ref.store, cranes)
        const volume = volumeOf(source)
        const connected = await engine()
        using _turn = await turnOf(connected, crane, signal)
        const contract = await contractOf(connected, crane, { signal })
        return await liftVolume(
          connected,
          { ref, crane, contract, source: volume },
          {
            signal,
            ...(contract.version === 1 ? {} : { onStart: begin }),
            ...(onLine === undefined ? {} : { onLine: (line) => onLine(ref, line) }),
          },
        )
      })
    },
    async clear(ref, { signal }) {
      signal.throwIfAborted()
      await clearAfterDeath(await engine(), ref, { signal })
    },
    async abilities(store, { signal }) {
      signal.throwIfAborted()
      const contract = await contractOf(await engine(), craneOf(store, cranes), { signal })
      return { archives: hasArchives(contract), deduplicates: contract.deduplicates }
    },
    archives: containerArchives({
      async ready(store, { signal }) {
        const on = await ready(store, { signal })
        if (!hasArchives(on.contract)) throw writeOnly(store)
        return on
      },
      async readyToWithdraw(ref, { signal }) {
        if (notBegun.has(ref.id)) return undefined
        const on = await ready(ref.store, { signal })
        return on.contract.actions.has('forget') ? on : undefined
      },
    }),
    sweep: async ({ signal }) => sweepVessels(await engine(), { signal }),
  }
}

/** The store of a crane of the configuration: `crane:NAME`. Throws `REFERENCE.INVALID`. */
export function craneStore(name: string): Store {
  return { ref: reference(`crane:${name}`), crane: CRANE_ID, settings: { name } }
}

function volumeOf(source: Source): DockerVolumeSource {
  if (source.medium === 'docker-volume') return source
  throw new SalvageError('CRANE.SOURCE', `a crane image cannot read ${sourceText(source)}`, {
    why: 'it is given a Docker volume and nothing else',
    hint: 'use another store for this target, such as archive:DIR or restic:ADDRESS',
  })
}
