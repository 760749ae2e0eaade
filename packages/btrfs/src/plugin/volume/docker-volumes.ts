import { findingOf, parseReference } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { forgetMount, forgetMounts, recordMount } from '../../mount/mount-record.ts'
import { isVolumeName, volumeName } from '../../name/volume-name.ts'
import { createVolume } from '../../volume/create-volume.ts'
import { targetRef, volumePath } from '../../volume/place.ts'
import type { VolumeHost } from '../../volume/place.ts'
import { noSuchVolume, requireUnused } from '../../volume/refusal.ts'
import { removeVolume } from '../../volume/remove-volume.ts'
import { isHalf } from '../../volume/settled.ts'
import { performVerb } from '../../volume/verb.ts'
import { readCreateOptions } from './create-options.ts'
import { hasCode, repeated } from './repeated.ts'
import { makeTurns } from './turns.ts'
import { findVolume } from './volume.ts'
import type { Volume } from './volume.ts'

/** What Docker asks of its volumes. All verbs are idempotent: an engine says again what was cut off. */
export interface DockerVolumes {
  /** Resolves when the volume stands; one that stood already is left as it is. */
  create(name: string, given: Readonly<Record<string, string>>, options: CallOptions): Promise<void>
  /** Resolves when it is gone. Rejects with `VOLUME.IN_USE` and `VOLUME.NESTED` before anything is removed. */
  remove(name: string, options: CallOptions): Promise<void>
  /** Writes the mount down. Rejects with `VOLUME.NOT_FOUND`, and then no mount counts. */
  mount(name: string, id: string, options: CallOptions): Promise<Volume>
  /** Resolves also when there is no such mount, or no such volume. */
  unmount(name: string, id: string): Promise<void>
  /** Rejects with `VOLUME.NOT_FOUND`. */
  get(name: string, options: CallOptions): Promise<Volume>
  /** Takes back what dead processes left half done on volumes; gives what could not be. */
  recover(options: RecoverOptions): Promise<readonly Finding[]>
}

/** What is to be taken back. */
export interface RecoverOptions extends CallOptions {
  /** Given: what was made with this effect alone. */
  readonly effect?: string
}

/** How long a volume is waited for that another process works on, in milliseconds: a restore, above all. */
const WAIT_MS = 30_000
/** A container that has just ended may still be seen for so long, in milliseconds. */
const ENDING_MS = 500

/** The volumes of a machine. All verbs but `unmount` reject with `VOLUME.NAME` and `VOLUME.PLAIN` too. */
export function dockerVolumes(host: VolumeHost): DockerVolumes {
  const { rig, settings } = host
  const { volumesPath, mountsPath } = settings
  /** What changes a volume, and the moment in which a mount is written down. */
  const turns = makeTurns()

  /** Waits until nobody exchanges the volume, and puts back what a dead process left. */
  async function settled(name: string, { signal }: CallOptions): Promise<void> {
    const target = targetRef(name)
    const isChanging = (await rig.journal.pending()).some(
      ({ undo }) => undo.kind === 'effect' && undo.target === target,
    )
    // Neither the former content nor the new one: nothing that a container may see.
    const isExchange = await isHalf(host, name, volumePath(settings, name))
    if (!isChanging && !isExchange) return
    const look = {
      verb: 'look',
      volume: name,
      locked: [name],
      isExchange,
      waitMs: WAIT_MS,
      work: async () => undefined,
    }
    await performVerb(host, look, { signal })
  }

  async function get(name: string, options: CallOptions): Promise<Volume> {
    const found = await findVolume(volumesPath, name)
    if (found !== undefined) return found
    await settled(name, options)
    const volume = await findVolume(volumesPath, name)
    if (volume === undefined) throw noSuchVolume(name)
    return volume
  }

  return {
    get,
    create: async (name, given, { signal }) => {
      if ((await findVolume(volumesPath, name)) !== undefined) return
      const { options, findings } = readCreateOptions(given)
      const create = async (): Promise<void> => {
        const { isNew } = await createVolume(host, name, { ...options, signal })
        if (!isNew) return
        for (const finding of findings) rig.report({ type: 'warning', finding })
      }
      await repeated(async () => turns.take(name, create), hasCode('LOCK.BUSY'), { forMs: WAIT_MS, signal })
    },
    remove: async (name, { signal }) => {
      volumeName(name)
      const remove = async (): Promise<void> => {
        try {
          await removeVolume(host, name, { signal })
        } catch (error) {
          if (!hasCode('VOLUME.NOT_FOUND')(error)) throw error
          await forgetMounts(mountsPath, name)
        }
      }
      const patient = async (): Promise<void> => {
        try {
          await turns.take(name, remove)
        } catch (error) {
          if (!hasCode('VOLUME.IN_USE')(error)) throw error
          const isFree = async (): Promise<void> => requireUnused(settings, name, { signal })
          await repeated(isFree, hasCode('VOLUME.IN_USE'), { forMs: ENDING_MS, signal })
          await turns.take(name, remove)
        }
      }
      await repeated(patient, hasCode('LOCK.BUSY'), { forMs: WAIT_MS, signal })
    },
    mount: async (name, id, options) => {
      volumeName(name)
      try {
        // A removal either sees this, or is over; a restore sees it, or is seen in the journal.
        await turns.take(name, async () => recordMount(mountsPath, name, id))
        await settled(name, options)
        return await get(name, options)
      } catch (error) {
        await forgetMount(mountsPath, name, id)
        throw error
      }
    },
    unmount: async (name, id) => {
      if (isVolumeName(name)) await forgetMount(mountsPath, name, id)
    },
    recover: async ({ effect, ...options }) => {
      const targets = (await rig.journal.pending()).flatMap(({ undo }) =>
        undo.kind === 'effect' && (effect === undefined || undo.effect === effect) ? [undo.target] : [],
      )
      const names = [...new Set(targets)].flatMap((target) => {
        const { scheme, value } = parseReference(target)
        return scheme === 'btrfs' && isVolumeName(value) ? [value] : []
      })
      const ends = await Promise.allSettled(names.map(async (name) => settled(name, options)))
      const failures = ends.flatMap((end): readonly unknown[] => (end.status === 'rejected' ? [end.reason] : []))
      // Busy: its process lives.
      return failures.filter((failure) => !hasCode('LOCK.BUSY')(failure)).map(findingOf)
    },
  }
}
