import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { until } from '../snapshot/until.ts'
import { warnings } from './events.ts'
import { JOB } from './key.ts'
import type { JobRef } from './manifest.ts'
import { stateOf } from './pod-state.ts'
import type { PodState } from './pod-state.ts'
import { CraneJob } from './schema.ts'
import { warnedState } from './waiting-state.ts'
import type { WaitingState } from './waiting-state.ts'

/** What {@link begun} takes. */
export interface BegunOptions extends CallOptions {
  readonly what: string
  readonly startMs: number
}

/** Warnings that do not go away by themselves. */
const REFUSALS = new Set(['FailedCreate'])
/** Most pods begin sooner, and then nobody asks for their events. */
const WARNINGS_MS = 2000

/** Waits until the crane runs, or has ended already; resolves with the name of its pod. Rejects as `runJob` says. */
export async function begun(cluster: Cluster, job: JobRef, options: BegunOptions): Promise<string> {
  const { what, startMs, signal } = options
  const since = performance.now()
  let askedAt = since
  const warningsOf = async (name: string): Promise<readonly string[]> =>
    (await warnings(cluster, { namespace: job.namespace, name }, { signal })).map(
      ({ reason, message }) => `${reason}: ${message}`,
    )
  return until(
    async () => {
      const pod = await podOf(cluster, job, { signal })
      let state = pod === undefined ? await podless(cluster, job, options) : stateOf(pod)
      if (state.is !== 'waiting') return pod?.metadata.name
      const now = performance.now()
      const isLate = now - since >= startMs
      if (pod !== undefined && state.code === 'JOB.NOT_STARTED' && (isLate || now - askedAt >= WARNINGS_MS)) {
        askedAt = now
        state = warnedState(state, await warningsOf(pod.metadata.name))
      }
      if (!state.hopeless && !isLate) return undefined
      const said = pod === undefined ? [] : await warningsOf(pod.metadata.name)
      throw notBegun(what, state.code, [...new Set([state.why, ...said])].join('; '))
    },
    { signal },
  )
}

/** The error of a crane that does not begin. */
export function notBegun(what: string, code: string, why: string): SalvageError {
  return new SalvageError(code, `${what} could not begin`, {
    why,
    hint: HINTS[code] ?? 'look at the events of the pod',
  })
}

/** The error of a crane whose Job or pod is gone. */
export function removed(what: string): SalvageError {
  return new SalvageError('CRANE.FAILED', `somebody removed the Job of ${what}`, {
    hint: 'find out who removes Jobs in this namespace, perhaps a clean-up job; the copy does not count',
  })
}

const HINTS: Readonly<Record<string, string>> = {
  'CRANE.IMAGE_MISSING': 'check the name of the image, and by which Secrets it is pulled',
  'CRANE.SECRET': 'check the Secrets of the crane: they must be in the namespace of the Job',
  'CRANE.START': "check the image's command, its user and the crane's mounts",
  'CRANE.CREATE': 'check the Pod Security Standard and the quota of the namespace',
  'JOB.UNSCHEDULABLE': 'check the resources and the nodes that the crane asks for, and where the volume can be used',
  'JOB.NOT_STARTED': 'look at the events of the pod; a Secret that it names may not be there',
}

async function podOf(
  cluster: Cluster,
  { namespace, name }: JobRef,
  options: CallOptions,
): Promise<Resource | undefined> {
  const labelSelector = `${JOB.job}=${name}`
  for await (const pod of cluster.list(KINDS.pod, { namespace, labelSelector }, options)) return pod
  return undefined
}

async function podless(cluster: Cluster, at: JobRef, { what, signal }: BegunOptions): Promise<PodState> {
  const job = await cluster.get(KINDS.job, at, { signal })
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) throw removed(what)
  const failed = CraneJob.parse(job).status.conditions.find(
    ({ type, status }) => type === 'Failed' && status === 'True',
  )
  if (failed !== undefined) throw notBegun(what, 'CRANE.CREATE', `${failed.reason ?? ''}: ${failed.message ?? ''}`)
  const refusal = (await warnings(cluster, at, { signal })).find(({ reason }) => REFUSALS.has(reason))
  const none: WaitingState = {
    is: 'waiting',
    code: 'CRANE.CREATE',
    why: 'the cluster has not made its pod',
    hopeless: false,
  }
  return refusal === undefined ? none : { ...none, why: refusal.message, hopeless: true }
}
