import { posix } from 'node:path'
import type { ContainerSpec } from '../container.ts'
import type { Image } from '../engine.ts'
import type { Job, JobCommand, JobSettings } from './job.ts'
import { commandContainer } from './job-labels.ts'
import type { JobName } from './job-labels.ts'

const KEPT_OUTPUT = { fileBytes: 1024 * 1024, files: 2 } as const

/** Where a command stands: its job, its number from 1, and what its container is made of besides. */
export interface CommandPlace {
  readonly job: Job
  readonly name: JobName
  readonly number: number
  readonly image: Image
  readonly targetDirectory: string
  readonly settings: JobSettings
}

/**
 * The container of one command. What it prints for a file goes there inside of the container: over a connection nobody
 * could tell its end from a cut.
 */
export function commandSpec(command: JobCommand, place: CommandPlace): ContainerSpec {
  const { job, name, number, targetDirectory, settings } = place
  const { network } = settings
  return {
    name: commandContainer(name, number),
    image: job.image,
    ...started(command, place),
    env: Object.entries({ ...job.environment, ...command.environment }).map(([key, value]) => `${key}=${value}`),
    labels: name.labels,
    mounts: [
      {
        type: 'volume',
        name: name.volume,
        target: targetDirectory,
        readOnly: false,
        noCopy: true,
        // Should the volume be gone by then, the engine makes one that a sweep finds.
        labels: name.labels,
      },
    ],
    autoRemove: false,
    keptOutput: KEPT_OUTPUT,
    ...(network === undefined ? {} : { networkMode: network }),
  }
}

function started(
  { entrypoint, argv, output }: JobCommand,
  { image, targetDirectory }: CommandPlace,
): Pick<ContainerSpec, 'entrypoint' | 'command'> {
  if (output === undefined) return { ...(entrypoint === undefined ? {} : { entrypoint }), command: argv }
  const script = `exec "$@" ${output.append ? '>>' : '>'}"$0"`
  const path = posix.join(targetDirectory, output.path)
  return { entrypoint: ['/bin/sh', '-c', script, path, ...(entrypoint ?? image.entrypoint)], command: argv }
}
