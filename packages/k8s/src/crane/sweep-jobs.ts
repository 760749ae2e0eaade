import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import type { SweepSettings } from '../snapshot/sweep-settings.ts'
import { CRANE_ROLE, JOB } from './key.ts'
import { removeJob } from './remove-jobs.ts'
import { CraneJob } from './schema.ts'

const HOUR_MS = 3_600_000

/**
 * Removes Jobs of cranes, with their pods, of runs that nobody knows any more, and of tasks outside of runs. One that is within
 * its own time stays while it works: a process elsewhere may wait for it. Idempotent. One that cannot be removed keeps no
 * other; then it rejects with the first failure. Where this user may not look at Jobs there are none of it.
 */
export async function sweepJobs(cluster: Cluster, settings: SweepSettings, options: CallOptions): Promise<void> {
  options.signal.throwIfAborted()
  const { isKnown, goneMs } = settings
  const labelSelector = `${CUT.role}=${CRANE_ROLE}`
  for (const namespace of new Set(settings.namespaces)) {
    const old: Resource[] = []
    try {
      for await (const job of cluster.list(KINDS.job, { namespace, labelSelector }, options))
        if (isOver(job, settings)) old.push(job)
    } catch (error) {
      if (!isSalvageError(error) || error.code !== 'K8S.FORBIDDEN') throw error
    }
    const ends = await Promise.allSettled(
      old.map(async ({ metadata: { name, labels } }) => {
        if (await isKnown(labels?.[CUT.runId] ?? '')) return
        await removeJob(cluster, { namespace, name }, { ...options, ...(goneMs === undefined ? {} : { goneMs }) })
      }),
    )
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
}

function isOver(job: Resource, { now, olderThanMs = HOUR_MS }: SweepSettings): boolean {
  const { creationTimestamp = '', annotations } = job.metadata
  if (now.getTime() - Date.parse(creationTimestamp) < olderThanMs) return false
  const until = Date.parse(annotations?.[JOB.until] ?? '')
  if (Number.isNaN(until) || until <= now.getTime()) return true
  return CraneJob.parse(job).status.conditions.some(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )
}
