import type { TargetRef } from '@salvage-kit/core'
import { identityOf } from '../workload-id.ts'
import type { Carrier } from './volume-item.ts'

/** The target that a container with a database is: `dump:PROJECT/SERVICE` for compose, with the number behind it for all but the first; else `dump:NAME`. */
export function dumpRef({ labels, name }: Pick<Carrier, 'labels' | 'name'>): TargetRef {
  const identity = identityOf(labels, name)
  if (identity.kind !== 'service') return `dump:${name}`
  const { project, service, number } = identity
  return `dump:${project}/${service}${number === '1' ? '' : `/${number}`}`
}
