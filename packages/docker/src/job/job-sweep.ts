import type { CallOptions } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import { isCertainlyDead } from '../crane/process-identity.ts'
import { PROCESS_LABEL, UNTIL_LABEL } from '../crane/vessel-labels.ts'
import type { DockerEngine } from '../engine.ts'
import { JOB_LABEL } from './job-labels.ts'

/**
 * Removes what dead processes left of jobs: their containers, and then their volumes. Those of a process that may live
 * stay, until they are over their time. Idempotent.
 */
export async function sweepJobs(engine: DockerEngine, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const containers = await engine.listContainers([JOB_LABEL], options)
  const volumes = (await engine.listVolumes(options)).filter(({ labels }) => labels[JOB_LABEL] !== undefined)
  const jobs = new Map([...volumes, ...containers].map(({ labels }) => [labels[JOB_LABEL] ?? '', labels]))
  const removed = await Promise.allSettled(
    [...jobs].map(async ([id, labels]) => {
      const isOver = Date.now() > Number(labels[UNTIL_LABEL])
      if (isOver || (await isCertainlyDead(engine, labels[PROCESS_LABEL] ?? '', options)))
        await removeJob(engine, id, options)
    }),
  )
  // One that cannot be removed keeps no other.
  for (const one of removed) if (one.status === 'rejected') throw one.reason
}

/** Resolves when nothing of a job is left; what runs of it is killed. */
export async function removeJob(engine: DockerEngine, id: string, options: CallOptions): Promise<void> {
  for (const container of await engine.listContainers([`${JOB_LABEL}=${id}`], options))
    await engine.removeContainer(container.id, options)
  for (const { name, labels } of await engine.listVolumes(options))
    if (labels[JOB_LABEL] === id) await removeFree(engine, name, options)
}

/** A volume that a container has got meanwhile goes with the next sweep, after that container. */
async function removeFree(engine: DockerEngine, volume: string, options: CallOptions): Promise<void> {
  try {
    await engine.removeVolume(volume, options)
  } catch (error) {
    if (!(isSalvageError(error) && error.code === 'DOCKER.CONFLICT')) throw error
  }
}
