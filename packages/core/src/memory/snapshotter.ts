import { z } from 'zod'
import type { Snapshotter, TakeOptions } from '../snapshot/snapshotter.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import { memoryKeeper } from './keeper.ts'
import { exposedName, volumeOf } from './platform.ts'
import type { MemoryPlatform } from './platform.ts'

/** The snapshotter of the memory platform. */
export function memorySnapshotter(platform: MemoryPlatform): Snapshotter {
  const conceal = async (ref: SnapshotRef): Promise<void> => {
    platform.exposures.delete(ref.id)
    platform.volumes.delete(exposedName(ref))
  }
  const take = async (ref: SnapshotRef, options: TakeOptions): Promise<void> => {
    options.signal.throwIfAborted()
    platform.snapshots.set(ref.id, new Map(volumeOf(platform, z.string().parse(ref.token))))
  }
  return {
    id: 'memory.snapshot',
    probe: async (source, options) => {
      options.signal.throwIfAborted()
      if (source.medium !== 'docker-volume') return { supported: false, why: `a ${source.medium} cannot be cut` }
      const together = platform.cutsTogether ? { together: 'memory' } : {}
      return { supported: true, exposes: 'docker-volume', token: source.name, ...together }
    },
    take,
    takeTogether: async (refs, options) => {
      await Promise.all(refs.map(async (ref) => take(ref, options)))
    },
    expose: async (ref, options) => {
      options.signal.throwIfAborted()
      const files = platform.snapshots.get(ref.id)
      if (files === undefined) throw new Error(`no snapshot ${ref.id}`)
      platform.exposures.add(ref.id)
      platform.volumes.set(exposedName(ref), new Map(files))
      return { medium: 'docker-volume', name: exposedName(ref) }
    },
    conceal,
    drop: async (ref) => {
      await conceal(ref)
      platform.kept.delete(ref.id)
      platform.snapshots.delete(ref.id)
    },
    keeps: memoryKeeper(platform),
  }
}
