import type { CallOptions, DumpFile } from '@salvage-kit/core'
import type { DumpJob } from '../template/dump-job.ts'

/** What {@link JobPort.run} takes. */
export interface JobRun extends CallOptions {
  /** As the template got it; nothing else of the machine is there for the commands. */
  readonly targetDirectory: string
  /** What is made for the job is labelled with it. */
  readonly runId?: string
  /** For all commands together. */
  readonly limitMs?: number
  /** What a template may have put into arguments and must be in no message, besides the values of the environment. */
  readonly secrets?: readonly string[]
}

/** Where the jobs of templates run: an engine of containers, which this package knows nothing else of. */
export interface JobPort {
  /**
   * Runs all commands, one after the other, and then gives the files of the target directory. No file comes unless every
   * command ended with 0. Nothing of the job is left when the iteration ends, however.
   */
  run(job: DumpJob, options: JobRun): AsyncIterable<DumpFile>
}
