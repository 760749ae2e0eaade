import { deadline, formatDuration, SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { until } from '../snapshot/until.ts'
import { podOf } from '../workload/pod.ts'
import type { ExchangeToken } from './token.ts'

/** The pods that have a claim, or will. One that has ended does not hold it. */
export async function usersOf(
  cluster: Cluster,
  { namespace, name }: Pick<ExchangeToken, 'namespace' | 'name'>,
  options: CallOptions,
): Promise<readonly string[]> {
  const users: string[] = []
  for await (const resource of cluster.list(KINDS.pod, { namespace }, options)) {
    const pod = podOf(resource)
    if ((pod.live || pod.going) && pod.claims.includes(name)) users.push(pod.name)
  }
  return users.toSorted()
}

/** Waits until no pod has the claim. Rejects with `EXCHANGE.IN_USE`, which names those that do. */
export async function untilUnused(
  cluster: Cluster,
  token: ExchangeToken,
  { signal, withinMs }: CallOptions & { readonly withinMs: number },
): Promise<void> {
  let users: readonly string[] = []
  using limit = deadline(withinMs, signal)
  try {
    await until(async () => {
      users = await usersOf(cluster, token, limit)
      return users.length === 0 ? true : undefined
    }, limit)
  } catch (error) {
    signal.throwIfAborted()
    if (!limit.signal.aborted) throw error
    throw new SalvageError('EXCHANGE.IN_USE', `the claim ${token.namespace}/${token.name} is still in use`, {
      why: `${users.join(', ')} ${users.length === 1 ? 'is' : 'are'} there after ${formatDuration(withinMs)}`,
      hint: 'remove these pods, or restore into a new claim',
    })
  }
}
