import { randomBytes } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import { PROCESS_LABEL, RUN_LABEL, UNTIL_LABEL } from '../crane/vessel-labels.ts'
import { thisProcess } from '../crane/process-identity.ts'
import type { DockerEngine } from '../engine.ts'
import { ENTITY } from '../label/keys.ts'

/** The job that a container or a volume was made for; what has it is no target, and a sweep may remove it. */
export const JOB_LABEL = 'salvage-kit.job'

/** What everything of one job is called, known before there is any of it. */
export interface JobName {
  readonly id: string
  readonly volume: string
  readonly labels: Readonly<Record<string, string>>
}

/** Names a job; a sweep of another process leaves it alone until `untilMs` while this process lives. */
export async function nameJob(
  engine: DockerEngine,
  { runId, untilMs, signal }: CallOptions & { readonly runId: string | undefined; readonly untilMs: number },
): Promise<JobName> {
  const id = `job-${randomBytes(8).toString('hex')}`
  const owner = await thisProcess(engine, { signal })
  return {
    id,
    volume: `salvage-${id}`,
    labels: {
      [ENTITY]: 'job',
      [JOB_LABEL]: id,
      ...(runId === undefined ? {} : { [RUN_LABEL]: runId }),
      [UNTIL_LABEL]: String(untilMs),
      ...(owner === undefined ? {} : { [PROCESS_LABEL]: owner }),
    },
  }
}

/** The name of the container of one of its commands, counted from 1. */
export function commandContainer({ id }: JobName, number: number): string {
  return `salvage-${id}-${String(number)}`
}
