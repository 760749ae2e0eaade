import type { Finding } from '@salvage-kit/core'
import type { ObjectName } from '../client/cluster.ts'

/** Whether two sets of labels are the same. */
export function sameLabels(
  one: { readonly [key: string]: string },
  other: { readonly [key: string]: string },
): boolean {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}

/** That a snapshot is left alone, because somebody changed it. */
export function changedMeanwhile({ namespace, name }: ObjectName): Finding {
  return {
    code: 'RETENTION.CHANGED',
    message: `snapshot ${namespace ?? ''}/${name} was changed by somebody else meanwhile, and is left as it is`,
    hint: 'the next pruning looks at it again',
  }
}
