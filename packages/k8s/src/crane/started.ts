import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { Manifest, Resource } from '../resource/resource.ts'
import { CraneJob } from './schema.ts'

/** Not given up by a signal: a Job that nobody waits for may come after the clearing up. */
const CREATE_MS = 30_000

/**
 * Makes a Job. Rejects with `CRANE.CREATE` when the cluster does not take it, and with `JOB.OLD_CLUSTER` where it knows no
 * sidecars: nobody could read then what a crane of version 2 says.
 */
export async function makeJob(
  cluster: Cluster,
  manifest: Manifest,
  what: string,
  { signal }: CallOptions,
): Promise<Resource> {
  signal.throwIfAborted()
  const job = await create(cluster, manifest, what)
  const { initContainers } = CraneJob.parse(job).spec.template.spec
  if (initContainers.some(({ restartPolicy }) => restartPolicy !== 'Always'))
    throw new SalvageError('JOB.OLD_CLUSTER', `${what} needs a newer cluster`, {
      why: 'what a crane of version 2 says is read by a sidecar container, which Kubernetes has since 1.29',
      hint: 'update the cluster, or use a crane of version 1',
    })
  return job
}

async function create(cluster: Cluster, manifest: Manifest, what: string): Promise<Resource> {
  try {
    return await cluster.create(KINDS.job, manifest, { signal: AbortSignal.timeout(CREATE_MS) })
  } catch (error) {
    if (!isSalvageError(error) || !['K8S.INVALID', 'K8S.FORBIDDEN', 'K8S.EXISTS'].includes(error.code)) throw error
    throw new SalvageError('CRANE.CREATE', `the cluster makes no Job for ${what}`, {
      why: error.why ?? error.message,
      hint: error.hint ?? 'check the settings of the crane, and the rights and quotas of the namespace',
      cause: error,
    })
  }
}
