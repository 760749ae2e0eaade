import type { CallOptions, Finding, Progress } from '@salvage-kit/core'
import type { BtrfsSettings, Sent, SyncedVolume } from '@salvage-kit/btrfs'
import type {
  CutOptions,
  PurgeResult,
  PurgeVerdicts,
  RestoredVolume,
  Schedule,
  TakenSnapshot,
  VolumeSnapshot,
  VolumeUsage,
} from '@salvage-kit/btrfs/volumes'
import type { OpenRig } from '../rig/open-rig.ts'
import { sendVolumeSnapshot } from './send.ts'

/** A purge: what was judged, and what went. Nothing went in a dry run. */
export interface Purged extends PurgeVerdicts, PurgeResult {}

/** The verbs of BTRFS volumes, ready to use. Each checks the names that it is given and rejects as the one of its package. */
export interface Volumes {
  readonly settings: BtrfsSettings
  list(options: CallOptions): Promise<readonly string[]>
  /** Of these, or of all. */
  usage(volumes: readonly string[], options: CallOptions): Promise<readonly VolumeUsage[]>
  snapshot(volume: string, options: CutOptions): Promise<TakenSnapshot>
  /** Of one volume, or of all; oldest first. */
  snapshots(volume: string | undefined, options: CallOptions): Promise<readonly VolumeSnapshot[]>
  /** The same, names only, sorted as text. */
  snapshotNames(volume: string | undefined, options: CallOptions): Promise<readonly string[]>
  restore(from: string, target: string | undefined, options: CallOptions): Promise<RestoredVolume>
  clone(volume: string, target: string, options: CutOptions): Promise<{ readonly findings: readonly Finding[] }>
  /** Snapshots; resolves with the names of what is gone. */
  remove(snapshots: readonly string[], options: CallOptions & { readonly force?: boolean }): Promise<readonly string[]>
  send(
    snapshot: string,
    host: string,
    options: CallOptions & { readonly onProgress?: (progress: Progress) => void },
  ): Promise<Sent>
  sync(volume: string, hosts: readonly string[], options: CallOptions): Promise<SyncedVolume>
  purge(volume: string, pattern: string, options: CallOptions & { readonly dryRun: boolean }): Promise<Purged>
  /** `timer`: minutes, or `0`, `delete`, `pause`, `resume`. Resolves with what is odd. */
  schedule(volume: string, action: string, timer: string): Promise<readonly Finding[]>
  /** False when there was no such job. */
  unschedule(volume: string, action: string): Promise<boolean>
  scheduled(): Promise<Schedule>
  /** False when there is no schedule. */
  pauseAll(): Promise<boolean>
  /** False when nothing was paused. */
  resumeAll(): Promise<boolean>
}

/** The verbs over a rig that was opened for them (`scope.btrfs`). */
export async function openVolumes(rig: OpenRig): Promise<Volumes> {
  const backend = await import('@salvage-kit/btrfs/volumes')
  const { btrfs: settings } = rig
  if (settings === undefined) throw new Error('the rig was opened without BTRFS')
  const host = { settings, rig }
  const { schedulePath } = settings
  return {
    settings,
    list: async (options) => backend.listVolumes(settings, options),
    usage: async (volumes, options) =>
      backend.usageOf(settings, volumes.length > 0 ? volumes : await backend.listVolumes(settings, options), options),
    snapshot: async (volume, options) => backend.snapshotVolume(host, volume, options),
    snapshots: async (volume, options) =>
      backend.listSnapshots(settings, { ...options, ...(volume === undefined ? {} : { volume }) }),
    snapshotNames: async (volume, options) =>
      backend.snapshotNames(settings, { ...options, ...(volume === undefined ? {} : { volume }) }),
    restore: async (from, target, options) =>
      backend.restoreVolume(host, from, { ...options, ...(target === undefined ? {} : { target }) }),
    clone: async (volume, target, options) => backend.cloneVolume(host, volume, target, options),
    remove: async (snapshots, options) => backend.removeSnapshots(host, snapshots, options),
    send: async (snapshot, to, options) => sendVolumeSnapshot({ rig, settings }, { snapshot, host: to }, options),
    sync: async (volume, hosts, options) => {
      const { syncVolume } = await import('@salvage-kit/btrfs')
      return syncVolume(host, { volume, hosts }, options)
    },
    purge: async (volume, pattern, { signal, dryRun }) => {
      const judged = await backend.judgedSnapshots(settings, { volume, pattern, now: rig.now(), signal })
      if (dryRun) return { ...judged, removed: [], failed: [] }
      return { ...judged, ...(await backend.purgeVolume(host, volume, { signal, verdicts: judged.verdicts })) }
    },
    schedule: async (volume, action, timer) => backend.applySchedule(schedulePath, { volume, action, timer }),
    unschedule: async (volume, action) => backend.unscheduleJob(schedulePath, { volume, action }),
    scheduled: async () => backend.readSchedule(schedulePath),
    pauseAll: async () => backend.pauseAll(schedulePath),
    resumeAll: async () => backend.resumeAll(schedulePath),
  }
}
