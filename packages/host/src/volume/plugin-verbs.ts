import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import type { VolumeVerbs } from '@salvage-kit/btrfs'
import type { Purged, Volumes } from './volumes.ts'

/**
 * What the plugin's socket offers beside Docker's own calls, as buttervolume has it. What a call cannot answer with (what is
 * odd, and is no failure) goes to `told`.
 */
export function pluginVerbs(volumes: Volumes, told: (finding: Finding) => void): VolumeVerbs {
  const tell = (findings: readonly Finding[]): void => {
    for (const finding of findings) told(finding)
  }
  return {
    snapshot: async (volume, options) => {
      const { snapshot } = await volumes.snapshot(volume, { ...options, onFindings: tell })
      return snapshot
    },
    snapshots: async (volume, options) => volumes.snapshotNames(volume, options),
    removeSnapshot: async (snapshot, options) => {
      // The original removes what the next send builds on without asking.
      await volumes.remove([snapshot], { ...options, force: true })
    },
    restore: async (from, target, options) => (await volumes.restore(from, target, options)).safety,
    clone: async (volume, target, options) =>
      void (await volumes.clone(volume, target, { ...options, onFindings: tell })),
    send: async (snapshot, host, options) => tell((await volumes.send(snapshot, host, options)).findings),
    sync: async (names, hosts, options) => {
      const failures: Finding[] = []
      for (const name of names) {
        const { hosts: done, findings } = await volumes.sync(name, hosts, options)
        tell(findings)
        failures.push(...done.flatMap(({ failure }) => failure ?? []))
      }
      return failures
    },
    purge: async (volume, pattern, options) => {
      const purged = await volumes.purge(volume, pattern, options)
      tell(purged.findings)
      mustBeWhole(volume, purged)
    },
    schedule: async (volume, action, timer) => tell(await volumes.schedule(volume, action, timer)),
    scheduled: async () => {
      const { jobs, findings, isPaused } = await volumes.scheduled()
      tell(findings)
      if (isPaused) throw new SalvageError('SCHEDULE.PAUSED', 'Schedule is globally paused')
      return jobs.map(({ volume, text, minutes, isActive }) => ({
        Name: volume,
        Action: text,
        Timer: String(minutes),
        Active: isActive ? 'True' : 'False',
      }))
    },
    pauseSchedule: async () => void (await volumes.pauseAll()),
    resumeSchedule: async () => void (await volumes.resumeAll()),
  }
}

/** Throws `PURGE.PARTLY` when something that should have gone still stands. */
export function mustBeWhole(volume: string, { failed }: Pick<Purged, 'failed'>): void {
  const [first] = failed
  if (first === undefined) return
  throw new SalvageError(
    'PURGE.PARTLY',
    `${String(failed.length)} of the snapshots of ${volume} could not be removed`,
    {
      why: `${first.name}: ${first.failure.message}`,
      ...(first.failure.hint === undefined ? {} : { hint: first.failure.hint }),
    },
  )
}
