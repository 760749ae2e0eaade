import type { RunKind, RunReport, TargetReport } from '../report/report.ts'

/** So many transfers are remembered; runs and restores are remembered for ever. */
export const KEPT_TRANSFERS = 1000

/** Whether a run only carried data between machines. */
export function isTransfer({ kind }: { readonly kind: RunKind }): boolean {
  return kind === 'send' || kind === 'sync'
}

/** Whether a transfer failed just as the one before it did: the same targets and hosts, for the same reasons. */
export function isRepeated(before: RunReport, report: RunReport): boolean {
  return report.outcome === 'failed' && !report.aborted && failureOf(before) === failureOf(report)
}

function failureOf({ kind, outcome, aborted, groups }: RunReport): string {
  return JSON.stringify([kind, outcome, aborted, groups.flatMap((group) => group.targets.map(told))])
}

function told({ target, transfer, findings }: TargetReport): readonly unknown[] {
  return [target, transfer?.host, findings.map(({ code, message }) => [code, message])]
}
