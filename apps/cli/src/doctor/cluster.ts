import type { CheckedRight, OpenRig } from '@salvage-kit/host'
import type { Check } from './check.ts'

/** The cluster in one line when nothing is missing, else what is. */
export function clusterChecks(
  { kubernetes, clusterFailure }: Pick<OpenRig, 'clusterFailure' | 'kubernetes'>,
  rights: readonly CheckedRight[],
): readonly Check[] {
  if (clusterFailure !== undefined) return [{ name: 'kubernetes', state: 'bad', finding: clusterFailure }]
  if (kubernetes === undefined)
    return [
      {
        name: 'kubernetes',
        state: 'absent',
        text: 'nothing is configured that needs a cluster; to look at one, write kubernetes: { enabled: true }',
      },
    ]
  const { cluster, namespaces, findings } = kubernetes
  const warnings = findings.map((finding) => ({ name: 'kubernetes', state: 'warning', finding }) as const)
  const lacking = lackingRights(rights)
  if (lacking.length > 0) return [...lacking, ...warnings]
  return [...warnings, { name: 'kubernetes', state: 'good', text: `${cluster.server}, ${namespaces.join(', ')}` }]
}

/** What is missing; what everything depends on is `bad`. */
export function lackingRights(rights: readonly CheckedRight[]): readonly Check[] {
  return rights.flatMap(({ finding, isNeeded }) =>
    finding === undefined ? [] : [{ name: 'kubernetes', state: isNeeded ? 'bad' : 'warning', finding } as const],
  )
}
