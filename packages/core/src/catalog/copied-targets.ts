import type { RunReport } from '../report/report.ts'
import type { TargetRef } from '../target/reference.ts'

/** The targets of which a run made a copy that stands. A restore makes none. */
export function copiedTargets({ kind, groups }: RunReport): readonly TargetRef[] {
  if (kind !== 'run') return []
  const targets = groups.flatMap((group) => group.targets)
  return targets.filter(({ outcome }) => outcome !== 'failed').map(({ target }) => target)
}
