import type { RunReport } from '../report/report.ts'
import type { TargetRef } from '../target/reference.ts'

/** The targets of which a run made every copy that was wanted, and all of them stand. A restore makes none. */
export function copiedTargets({ kind, groups }: RunReport): readonly TargetRef[] {
  if (kind !== 'run') return []
  const targets = groups.flatMap((group) => group.targets)
  const whole = targets.filter(({ outcome, missing = [] }) => outcome !== 'failed' && missing.length === 0)
  return whole.map(({ target }) => target)
}
