import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Clean, CraneEnd } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { until } from '../snapshot/until.ts'
import { begun, notBegun, removed } from './begun.ts'
import type { JobRef } from './manifest.ts'
import { followOutput } from './output.ts'
import { stateOf } from './pod-state.ts'

/** What {@link runJob} takes. */
export interface RunJobOptions extends CallOptions {
  readonly what: string
  readonly startMs: number
  readonly clean: Clean
  readonly onLine?: (line: string) => void
}

/** A Job that ended, and where its pod is. */
export interface EndedJob {
  readonly end: CraneEnd
  readonly pod: string
}

/**
 * Resolves when the pod of a Job has ended, however. Rejects soon, with the words of the cluster, when it cannot begin:
 * `CRANE.IMAGE_MISSING`, `CRANE.SECRET`, `CRANE.START`, `CRANE.CREATE`, `JOB.UNSCHEDULABLE`, `JOB.NOT_STARTED`; with
 * `CRANE.LOST` when the cluster went away meanwhile, and `CRANE.FAILED` when somebody removed it.
 */
export async function runJob(cluster: Cluster, job: JobRef, options: RunJobOptions): Promise<EndedJob> {
  try {
    const pod = await begun(cluster, job, options)
    const place = { namespace: job.namespace, pod }
    await using output = followOutput(cluster, place, options.clean, options.onLine, options)
    const look = async () =>
      endOf(await cluster.get(KINDS.pod, { namespace: job.namespace, name: pod }, options), options)
    // When it prints no more its end is near, and then each second would be one of somebody's rest.
    const end = (await unless(output.over, look)) ?? (await until(look, options))
    return { end: { ...end, lastLines: await output.settled() }, pod }
  } catch (error) {
    options.signal.throwIfAborted()
    if (isSalvageError(error) && (error.code === 'K8S.UNREACHABLE' || error.code === 'K8S.BUSY'))
      throw new SalvageError('CRANE.LOST', `the cluster went away while ${options.what} ran`, {
        why: error.message,
        hint: 'its work does not count, whatever became of it; run again when the cluster is back',
        cause: error,
        retryable: true,
      })
    throw error
  }
}

function endOf(pod: Resource | undefined, { what }: RunJobOptions): Omit<CraneEnd, 'lastLines'> | undefined {
  if (pod === undefined) throw removed(what)
  const state = stateOf(pod)
  if (state.is === 'waiting' && state.hopeless) throw notBegun(what, state.code, state.why)
  return state.is === 'ended' ? state.end : undefined
}

/** Looks until something has ended; undefined when nothing was found by then. */
async function unless<T>(over: AbortSignal, look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await until(look, { signal: over })
  } catch (error) {
    if (over.aborted && error === over.reason) return undefined
    throw error
  }
}
