import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Clean, CraneEnd } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { until } from '../snapshot/until.ts'
import { warnings } from './events.ts'
import { JOB } from './key.ts'
import type { JobRef } from './manifest.ts'
import { followOutput } from './output.ts'
import { stateOf } from './pod-state.ts'
import type { PodState } from './pod-state.ts'
import { CraneJob } from './schema.ts'

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

/** Warnings that do not go away by themselves. */
const REFUSALS = new Set(['FailedCreate'])

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
    const end = await until(
      async () => endOf(await cluster.get(KINDS.pod, { namespace: job.namespace, name: pod }, options), options),
      options,
    )
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

/** Waits until the crane runs, or has ended already; resolves with the name of its pod. */
async function begun(cluster: Cluster, job: JobRef, options: RunJobOptions): Promise<string> {
  const { what, startMs, signal } = options
  const since = performance.now()
  return until(
    async () => {
      const pod = await podOf(cluster, job, options)
      const state = pod === undefined ? await podless(cluster, job, options) : stateOf(pod)
      if (state.is !== 'waiting') return pod?.metadata.name
      if (!state.hopeless && performance.now() - since < startMs) return undefined
      const said =
        pod === undefined
          ? []
          : await warnings(cluster, { namespace: job.namespace, name: pod.metadata.name }, { signal })
      const why = [state.why, ...said.map(({ reason, message }) => `${reason}: ${message}`)].join('; ')
      throw notBegun(what, state.code, why)
    },
    { signal },
  )
}

async function podOf(
  cluster: Cluster,
  { namespace, name }: JobRef,
  options: CallOptions,
): Promise<Resource | undefined> {
  for await (const pod of cluster.list(
    KINDS.pod,
    { namespace, labelSelector: `${JOB.job}=${name}` },
    { signal: options.signal },
  ))
    return pod
  return undefined
}

async function podless(cluster: Cluster, at: JobRef, { what, signal }: RunJobOptions): Promise<PodState> {
  const job = await cluster.get(KINDS.job, at, { signal })
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) throw removed(what)
  const failed = CraneJob.parse(job).status.conditions.find(
    ({ type, status }) => type === 'Failed' && status === 'True',
  )
  if (failed !== undefined) throw notBegun(what, 'CRANE.CREATE', `${failed.reason ?? ''}: ${failed.message ?? ''}`)
  const refusal = (await warnings(cluster, at, { signal })).find(({ reason }) => REFUSALS.has(reason))
  const waiting = {
    is: 'waiting',
    code: 'CRANE.CREATE',
    why: 'the cluster has not made its pod',
    hopeless: false,
  } as const
  return refusal === undefined ? waiting : { ...waiting, why: refusal.message, hopeless: true }
}

const HINTS: Readonly<Record<string, string>> = {
  'CRANE.IMAGE_MISSING': 'check the name of the image, and by which Secrets it is pulled',
  'CRANE.SECRET': 'check the Secrets of the crane: they must be in the namespace of the Job',
  'CRANE.START': "check the image's command, its user and the crane's mounts",
  'CRANE.CREATE': 'check the Pod Security Standard and the quota of the namespace',
  'JOB.UNSCHEDULABLE': 'check the resources and the nodes that the crane asks for, and where the volume can be used',
  'JOB.NOT_STARTED': 'look at the events of the pod; a Secret that it names may not be there',
}

function notBegun(what: string, code: string, why: string): SalvageError {
  return new SalvageError(code, `${what} could not begin`, {
    why,
    hint: HINTS[code] ?? 'look at the events of the pod',
  })
}

function removed(what: string): SalvageError {
  return new SalvageError('CRANE.FAILED', `somebody removed the Job of ${what}`, {
    hint: 'find out who removes Jobs in this namespace, perhaps a clean-up job; the copy does not count',
  })
}
