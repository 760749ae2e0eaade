import type { CallOptions, Finding } from '@salvage-kit/core'

/** One line of the schedule, as the original's protocol has it. */
export interface ScheduledJob {
  readonly Name: string
  readonly Action: string
  readonly Timer: string
  readonly Active: string
}

/** What the plugin's socket offers beside Docker's own calls. All check the names that they are given. */
export interface VolumeVerbs {
  /** The name of the new snapshot. */
  snapshot(volume: string, options: CallOptions): Promise<string>
  /** Names, markers among them, of one volume or of all. */
  snapshots(volume: string | undefined, options: CallOptions): Promise<readonly string[]>
  removeSnapshot(snapshot: string, options: CallOptions): Promise<void>
  /** From a snapshot, or from the newest of a volume. The name of the safety snapshot, when there was something to save. */
  restore(from: string, target: string | undefined, options: CallOptions): Promise<string | undefined>
  clone(volume: string, target: string, options: CallOptions): Promise<void>
  send(snapshot: string, host: string, options: CallOptions): Promise<void>
  /** What went wrong with which volume and host; the others are done. */
  sync(volumes: readonly string[], hosts: readonly string[], options: CallOptions): Promise<readonly Finding[]>
  purge(volume: string, pattern: string, options: CallOptions & { readonly dryRun: boolean }): Promise<void>
  /** `timer`: minutes, or `0`, `delete`, `pause`, `resume`. */
  schedule(volume: string, action: string, timer: string, options: CallOptions): Promise<void>
  scheduled(options: CallOptions): Promise<readonly ScheduledJob[]>
  pauseSchedule(options: CallOptions): Promise<void>
  resumeSchedule(options: CallOptions): Promise<void>
}
