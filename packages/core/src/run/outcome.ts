import type { GroupReport, Outcome } from '../report/report.ts'

/** How a whole ended: good when every part is, failed when none is, partial between. A skipped target is not good. */
export function outcomeOf(groups: readonly GroupReport[], skipped: number): Outcome {
  const outcomes = groups.flatMap((group) => group.targets.map((target) => target.outcome))
  if (skipped === 0 && outcomes.every((outcome) => outcome === 'good')) return 'good'
  return outcomes.some((outcome) => outcome !== 'failed') ? 'partial' : 'failed'
}
