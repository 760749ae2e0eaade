import { join } from 'node:path'
import type { CallOptions } from '@salvage-kit/core'
import type { ScheduleJobs, ScheduleReporter } from '@salvage-kit/btrfs'
import { openRig } from '../rig/open-rig.ts'
import { mustBeWhole } from './plugin-verbs.ts'
import type { VolumeServiceSettings } from './serve-plugin.ts'
import { hostsMustBeWhole } from './synchronised.ts'
import { openVolumes } from './volumes.ts'
import type { Volumes } from './volumes.ts'

/** What running the schedule takes. */
export interface ScheduleSettings extends VolumeServiceSettings {
  readonly tell: ScheduleReporter
  /** Called once, when this process is the one that runs it. Must not throw. */
  readonly onStarted?: () => void
}

/**
 * Does what the schedule file says until the signal, then resolves when what runs has ended. When each job ran is remembered
 * in the state directory. Rejects at the start with what `openRig` rejects with and with `SCHEDULE.RUNNING`.
 */
export async function serveSchedule(
  { loaded, stateDirectory, directory, report, tell, onStarted }: ScheduleSettings,
  { signal }: CallOptions,
): Promise<void> {
  const scope = { targets: [], stores: [], btrfs: true }
  await using rig = await openRig({ loaded, stateDirectory, directory, scope, report }, { signal })
  for (const finding of rig.warnings) report({ type: 'warning', finding })
  const volumes = await openVolumes(rig)
  const { replicateWith, runSchedule } = await import('@salvage-kit/btrfs')
  const jobs: ScheduleJobs = {
    snapshot: async (volume, options) => volumes.snapshot(volume, options),
    purge: async (volume, pattern, options) =>
      mustBeWhole(volume, await volumes.purge(volume, pattern, { ...options, dryRun: false })),
    synchronize: async (volume, hosts, options) => hostsMustBeWhole(volume, await volumes.sync(volume, hosts, options)),
    replicate: replicateWith({
      snapshot: async (volume, options) => (await volumes.snapshot(volume, options)).snapshot,
      send: async (host, snapshot, options) => volumes.send(snapshot, host, options),
      exists: async (snapshot) => isThere(volumes, snapshot, signal),
    }),
  }
  const statePath = join(stateDirectory, 'btrfs-schedule.json')
  await runSchedule({
    settings: volumes.settings,
    jobs,
    statePath,
    tell,
    signal,
    ...(onStarted === undefined ? {} : { onStarted }),
  })
}

async function isThere(volumes: Volumes, snapshot: string, signal: AbortSignal): Promise<boolean> {
  const volume = snapshot.split('@')[0] ?? ''
  return (await volumes.snapshots(volume, { signal })).some(({ name }) => name === snapshot)
}
