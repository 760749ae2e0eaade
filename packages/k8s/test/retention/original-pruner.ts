import type { Day } from '../../src/label/day.ts'
import type { RetentionRules } from '../../src/retention/rules.ts'

/** What the pruner of backup-ns knows of a snapshot. */
export interface OldSnapshot {
  readonly name: string
  readonly namespace: string
  readonly labels: { [key: string]: string }
  /** `status.creationTime` in milliseconds. */
  readonly cutAt?: number
  readonly content?: string
}

const P = 'backup-ns.sh/'
const TIERS = ['daily', 'weekly', 'monthly'] as const

/**
 * One run of `retain.sh && mark-and-delete.sh`, as they are: labels are removed from all but the newest `n` of each tier, whatever else
 * is true of them; what has no tier is marked; what sorts before today is deleted, in the order of the list, until one that
 * is not bound ends it. Changes the labels that it is given. Gives what it deleted.
 */
export function pruneAsTheOriginal(
  snapshots: readonly OldSnapshot[],
  today: Day,
  rules: RetentionRules,
): readonly OldSnapshot[] {
  retain(snapshots, rules)
  for (const { labels } of snapshots)
    if (
      labels[`${P}retain`] === 'daily_weekly_monthly' &&
      TIERS.every((tier) => labels[P + tier] === undefined) &&
      labels[`${P}delete-after`] === undefined
    )
      labels[`${P}delete-after`] = today
  const deleted: OldSnapshot[] = []
  for (const one of snapshots) {
    const until = one.labels[`${P}delete-after`]
    if (one.labels[`${P}retain`] === undefined || until === undefined || !(until < today)) continue
    if (one.content === undefined) break
    deleted.push(one)
  }
  return deleted
}

function retain(snapshots: readonly OldSnapshot[], rules: RetentionRules): void {
  for (const [, group] of Map.groupBy(
    snapshots.filter(({ labels }) => labels[`${P}pvc`] !== undefined),
    ({ namespace, labels }) => `${namespace}/${labels[`${P}pvc`] ?? ''}`,
  )) {
    // It finds claims by `retain,pvc`, and then everything that has the label of the claim.
    if (!group.some(({ labels }) => labels[`${P}retain`] !== undefined)) continue
    for (const tier of TIERS) {
      const members = group.filter(({ labels }) => labels[P + tier] !== undefined)
      // Without any creationTime kubectl fails, which is swallowed.
      if (members.every((one) => one.cutAt === undefined)) continue
      const newest = members.toSorted((a, b) => (b.cutAt ?? -1) - (a.cutAt ?? -1))
      for (const { labels } of newest.slice(rules[tier])) delete labels[P + tier]
    }
  }
}

/** The labels that a creator of backup-ns gives: a tier is taken by anybody in the namespace who has it. */
export function labelsOfTheOriginal(
  present: readonly OldSnapshot[],
  namespace: string,
  pvc: string,
  tiers: { readonly daily: string; readonly weekly: string; readonly monthly: string },
): { [key: string]: string } {
  const labels: { [key: string]: string } = {
    [`${P}pvc`]: pvc,
    [`${P}type`]: 'cronjob',
    [`${P}retain`]: 'daily_weekly_monthly',
  }
  for (const tier of TIERS)
    if (!present.some((one) => one.namespace === namespace && one.labels[P + tier] === tiers[tier]))
      labels[P + tier] = tiers[tier]
  return labels
}
