import type { CallOptions, Finding } from '@salvage-kit/core'
import { applyRetention, planRetention, retentionTable } from '@salvage-kit/k8s'
import type {
  Cluster,
  Permission,
  RetentionAction,
  RetentionPlan,
  RetentionReport,
  RetentionRules,
  RetentionScope,
  RetentionVerdict,
} from '@salvage-kit/k8s'

/** A part of a pruning, as the jobs of backup-ns have it: tiers, then marks, then removals. */
export type RetentionPass = 'tiers' | 'mark' | 'sweep'

/** What a pruning takes. */
export interface RetainOptions extends CallOptions {
  /** Only these; empty: all that this user may see. */
  readonly namespaces: readonly string[]
  readonly rules: RetentionRules
  readonly zone: string
  readonly now: Date
  readonly passes: readonly RetentionPass[]
  /** Print the table and stop. */
  readonly dryRun: boolean
}

/** What came of a pruning. */
export interface Retained {
  readonly plan: RetentionPlan
  /** One line for each snapshot. */
  readonly table: string
  /** Absent after a dry run. */
  readonly report?: RetentionReport
  /** What a person should know, without repeats. */
  readonly findings: readonly Finding[]
  /** Some of it could not be done, or not be looked at. */
  readonly partial: boolean
  /** Nothing could be looked at. */
  readonly nothing: boolean
}

const PASS_OF: { readonly [action in RetentionAction]: RetentionPass } = {
  keep: 'tiers',
  hold: 'tiers',
  grant: 'tiers',
  untier: 'tiers',
  mark: 'mark',
  unmark: 'mark',
  delete: 'sweep',
}

/** With these the storage is freed too; without, what becomes of it is up to the class. */
const CONTENTS: readonly Permission[] = ['get', 'list', 'patch'].map((verb) => ({
  verb,
  group: 'snapshot.storage.k8s.io',
  resource: 'volumesnapshotcontents',
}))

/**
 * Judges the snapshots of all namespaces, or of those that are named, and carries out the verdicts of these passes. A namespace
 * that cannot be read or changed is told, and the others are done. Rejects as `planRetention`.
 */
export async function retain(
  cluster: Cluster,
  { signal, namespaces, rules, zone, now, passes, dryRun }: RetainOptions,
): Promise<Retained> {
  const scope: RetentionScope = namespaces.length === 0 ? { all: true } : { namespaces }
  const whole = await planRetention(cluster, scope, { rules, zone, now }, { signal })
  const plan = ofPasses(whole, passes)
  const notes = [...plan.skipped.map(({ finding }) => finding), ...plan.findings]
  const seen = { plan, table: retentionTable(plan), nothing: plan.skipped.length > 0 && plan.namespaces.length === 0 }
  if (dryRun) return { ...seen, findings: notes, partial: plan.skipped.length > 0 }
  const isAdmin = (await cluster.missing('', CONTENTS, { signal })).length === 0
  const report = await applyRetention(cluster, plan, { signal, mode: isAdmin ? 'admin' : 'tenant' })
  const ends = report.outcomes.flatMap(({ finding }) => finding ?? [])
  return { ...seen, report, findings: distinct([...notes, ...report.findings, ...ends]), partial: report.partial }
}

function ofPasses(plan: RetentionPlan, passes: readonly RetentionPass[]): RetentionPlan {
  const isOf = ({ action }: RetentionVerdict): boolean => passes.includes(PASS_OF[action])
  return {
    ...plan,
    namespaces: plan.namespaces.map(({ namespace, verdicts }) => ({ namespace, verdicts: verdicts.filter(isOf) })),
  }
}

function distinct(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((one) => [`${one.code} ${one.message}`, one])).values()]
}
