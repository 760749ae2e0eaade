import { isSalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import type { ResourceKind } from '../resource/kind.ts'
import { CraneEvent } from './schema.ts'

const EVENT: ResourceKind = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }

/** What warns of an object and of what bears its name, newest words of each reason last; nothing where they may not be read. */
export async function warnings(
  cluster: Cluster,
  at: { readonly namespace: string; readonly name: string },
  options: CallOptions,
): Promise<readonly CraneWarning[]> {
  const { namespace, name } = at
  const found = new Map<string, CraneWarning>()
  try {
    const scope = { namespace, fieldSelector: `involvedObject.name=${name}` }
    for await (const one of cluster.list(EVENT, scope, options)) {
      const { type, reason, message, involvedObject } = CraneEvent.parse(one)
      if (type === 'Warning' && involvedObject.name === name) found.set(reason, { reason, message })
    }
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'K8S.FORBIDDEN') throw error
  }
  return [...found.values()]
}

/** What the cluster warns of. */
export interface CraneWarning {
  readonly reason: string
  readonly message: string
}
