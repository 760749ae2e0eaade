import type { CallOptions, DumpFile } from '@salvage-kit/core'

/** Commands of one image that make files, one command after the other. Secrets are in it. */
export interface Job {
  readonly image: string
  readonly environment: Readonly<Record<string, string>>
  readonly commands: readonly JobCommand[]
}

/** One command of a {@link Job}. */
export interface JobCommand {
  /** In the place of the image's own; absent: that stays. */
  readonly entrypoint?: readonly string[]
  readonly argv: readonly string[]
  /** Beside that of the job. */
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes, from the target directory on; absent: nowhere. */
  readonly output?: { readonly path: string; readonly append: boolean }
}

/** What {@link JobPort.run} takes. */
export interface JobRun extends CallOptions {
  /** The directory that the commands write to, absolute; it is a volume of this job alone. */
  readonly targetDirectory: string
  /** What is made for the job is labelled with it. */
  readonly runId?: string
  /** For all commands together. Default: 6 hours. */
  readonly limitMs?: number
  /** What is in its arguments and must be in no message, besides the values of its environment. */
  readonly secrets?: readonly string[]
}

/** Runs jobs. */
export interface JobPort {
  /**
   * Runs all commands, and then gives the files of the target directory, in the engine's order. No file comes unless every
   * command ended with 0. Nothing of the job is left when the iteration ends, however; after a crash a sweep finds it.
   * Rejects with `DUMP.JOB_FAILED`, `DUMP.JOB_TIMEOUT`, `DUMP.JOB_START`, `DUMP.JOB_IMAGE`, `DUMP.JOB_OUTPUT`, and what the engine rejects
   * with.
   */
  run(job: Job, options: JobRun): AsyncIterable<DumpFile>
}

/** How the containers of jobs are made. */
export interface JobSettings {
  /** Default: `never`. */
  readonly pull?: 'never' | 'missing' | 'always'
  /** The network that the commands join; absent: the engine's default one. */
  readonly network?: string
}
