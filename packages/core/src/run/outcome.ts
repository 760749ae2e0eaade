import type { Finding } from '../finding.ts'
import type { GroupReport, Outcome } from '../report/report.ts'

/**
 * How a whole ended: good when every part is, failed when none is or there is none, partial between. A skipped target is
 * not good, nor a workload that is not as it was. One that rose and is not well fails the whole: whatever was copied, the
 * run has left somebody worse off.
 */
export function outcomeOf(groups: readonly GroupReport[], skipped: number): Outcome {
  if (groups.some(({ findings = [] }) => findings.some(isIllness))) return 'failed'
  const outcomes = groups.flatMap((group) => group.targets.map((target) => target.outcome))
  const asBefore = groups.every((group) => group.findings === undefined)
  const isWhole = outcomes.length > 0 && outcomes.every((outcome) => outcome === 'good')
  if (skipped === 0 && asBefore && isWhole) return 'good'
  return outcomes.some((outcome) => outcome !== 'failed') ? 'partial' : 'failed'
}

function isIllness({ code }: Finding): boolean {
  return code.startsWith('HEALTH.')
}
