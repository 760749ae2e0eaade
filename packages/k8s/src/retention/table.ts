import type { LabelChange } from '../label/label-change.ts'
import type { RetentionPlan } from './plan.ts'
import type { RetentionVerdict } from './verdict.ts'

const HEAD: readonly string[] = ['NAMESPACE', 'SNAPSHOT', 'CLAIM', 'CUT', 'VERDICT', 'REASON', 'LABELS']

/** What a dry run prints: a line for each snapshot, those of a claim together and the newest first, and what was left out. */
export function retentionTable({ namespaces, skipped, findings }: RetentionPlan): string {
  const rows = namespaces.flatMap(({ verdicts }) => verdicts.toSorted(byClaim).map(row))
  const widths = HEAD.map((head, at) =>
    rows.reduce((widest, cells) => Math.max(widest, cells[at]?.length ?? 0), head.length),
  )
  const lines = [HEAD, ...rows].map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const notes = [...skipped.map(({ finding }) => finding), ...findings]
  return [...lines, ...notes.map(({ code, message }) => `${code}: ${message}`)].join('\n')
}

function byClaim({ snapshot: a }: RetentionVerdict, { snapshot: b }: RetentionVerdict): number {
  if (a.claim !== b.claim) return a.claim < b.claim ? -1 : 1
  return (b.cutAt ?? Infinity) - (a.cutAt ?? Infinity) || (a.name < b.name ? -1 : 1)
}

function row({ snapshot, action, reason, change }: RetentionVerdict): readonly string[] {
  const cut = snapshot.cutAt === undefined ? '-' : new Date(snapshot.cutAt).toISOString().replace('.000Z', 'Z')
  return [snapshot.namespace, snapshot.name, snapshot.claim || '-', cut, action, reason, changeText(change)]
}

/** As `kubectl label` has it: `backup-ns.sh/daily- backup-ns.sh/delete-after=2026-11-21`. */
function changeText(change: LabelChange): string {
  return Object.entries(change)
    .map(([key, value]) => (value === null ? `${key}-` : `${key}=${value}`))
    .join(' ')
}
