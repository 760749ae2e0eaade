import { formatBytes, formatDuration, parseReference } from '@salvage-kit/core'
import type { KeepRules, PruneReport, RestorePoint, Store, Verdict } from '@salvage-kit/core'
import { plural } from './plan-text.ts'
import { shortIds, timeText } from './points-text.ts'
import { table } from './table.ts'

/** What was judged, by which rules, and whether that is all that was done. */
export interface Judged {
  readonly store: Store
  /** Absent: those of the store. */
  readonly rules?: KeepRules
  readonly dryRun: boolean
  readonly report: PruneReport
}

/**
 * The verdicts of a store: the rules, then the points of each target (of each machine, where there are several: they are
 * judged for themselves), newest last, each with its reasons; at the end how many stay and go, and the room they take.
 */
export function pruneText({ store, rules, dryRun, report }: Judged): string {
  const { verdicts, removed } = report
  if (verdicts.length === 0) return `${store.ref} has no restore points to judge\n`
  const points = verdicts.map(({ point }) => point)
  const short = shortIds(points)
  const severalMachines = new Set(points.map(({ machine }) => machine)).size > 1
  const titleOf = ({ target, machine }: RestorePoint): string =>
    severalMachines ? `${target} on ${machine ?? 'an unknown machine'}` : target
  const sections = [...Map.groupBy(verdicts, ({ point }) => titleOf(point))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, own]) => `\n${title}\n${rows(own, dryRun, short)}`)
  const doomed = dryRun ? verdicts.filter(({ keep }) => !keep).map(({ point }) => point) : removed
  const kept = plural(verdicts.length - doomed.length, 'point')
  const did = dryRun ? `${String(doomed.length)} would go` : `${String(doomed.length)} removed`
  const end = dryRun && doomed.length > 0 ? '; without --dry-run they go' : ''
  return `${store.ref}, keeping ${rules === undefined ? 'by its own rules' : rulesText(rules)}\n${sections.join('')}\n${kept} kept, ${did}${roomText(doomed, store)}${end}\n`
}

function rows(verdicts: readonly Verdict[], dryRun: boolean, short: (id: string) => string): string {
  return table(
    [
      { heading: 'VERDICT' },
      { heading: 'TAKEN' },
      { heading: 'POINT' },
      { heading: 'STATE' },
      { heading: 'SIZE', align: 'right' },
      { heading: 'WHY' },
    ],
    verdicts
      .toSorted((a, b) => Date.parse(a.point.takenAt) - Date.parse(b.point.takenAt))
      .map(({ point, keep, reasons }) => [
        keep ? 'keep' : dryRun ? 'would go' : 'gone',
        timeText(point.takenAt),
        short(point.id),
        point.state,
        point.bytes === undefined ? '' : formatBytes(point.bytes),
        reasons.join(', '),
      ]),
  )
}

/** As on a command line: `last 3, daily 7, within 2d`. */
function rulesText({ withinMs, ...counts }: KeepRules): string {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`)
  return [...counted, ...(withinMs === undefined ? [] : [`within ${formatDuration(withinMs)}`])].join(', ')
}

/** Only of archives that share nothing with each other. */
function roomText(points: readonly RestorePoint[], { ref }: Store): string {
  if (points.length === 0 || parseReference(ref).scheme !== 'archive') return ''
  const bytes = points.reduce((sum, { storedBytes }) => sum + (storedBytes ?? 0), 0)
  return ` (${formatBytes(bytes)})`
}
