import { count, formatElapsed, formatFinding, oneLine } from './line.ts'
import { formatSize } from './point-text.ts'
import type { GroupReport, RunReport, StuckEntry, TargetReport } from './report.ts'

/**
 * A report for people, on several lines without a newline at the end: how it ended, each target, the holds, what was
 * left out, what is still to be put back and how.
 */
export function formatReport(report: RunReport): string {
  const targets = report.groups.flatMap((group) => group.targets)
  const sections = [
    [headline(report), ...(report.refused === undefined ? [] : [`  not begun: ${formatFinding(report.refused)}`])],
    targetLines(targets),
    report.groups.flatMap(groupLines),
    titled(
      `skipped, ${count(report.skipped.length, 'target')}:`,
      report.skipped.map(({ target, finding }) => `${target}: ${formatFinding(finding)}`),
    ),
    titled('warnings:', report.warnings.map(formatFinding)),
    stuckLines(report.stuck),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function headline({ kind, runId, tide, outcome, aborted, stuck, startedAt, endedAt }: RunReport): string {
  const ofTide = tide === undefined ? '' : ` of tide ${tide}`
  const took = formatElapsed(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))
  const down = stuck.length === 0 ? '' : ', NOT ALL PUT BACK,'
  return oneLine(`${kind} ${runId}${ofTide}: ${outcome}${aborted ? ', aborted' : ''}${down} after ${took}`)
}

function targetLines(targets: readonly TargetReport[]): string[] {
  const width = Math.max(0, ...targets.map(({ target }) => target.length))
  return targets.flatMap((report) => [
    `  ${report.target.padEnd(width)}  ${report.outcome.padEnd(7)}  ${copyText(report)}`.trimEnd(),
    ...report.findings.map((finding) => `      ${formatFinding(finding)}`),
  ])
}

function copyText({ outcome, point, kept, liftMs }: TargetReport): string {
  if (point === undefined) return ''
  const where = `${outcome === 'failed' ? 'does not count: ' : ''}${point.id} in ${point.store}`
  const isLifted = liftMs !== undefined && point.kind === 'archive'
  const also = kept === undefined || kept.id === point.id ? '' : `and ${kept.id} in ${kept.store}`
  const parts = [where, formatSize(point), isLifted ? `lifted in ${formatElapsed(liftMs)}` : '', also]
  return oneLine(parts.filter((part) => part !== '').join(', '))
}

function groupLines({ id, holdMs, tainted, findings = [] }: GroupReport): string[] {
  const lines: string[] = []
  if (holdMs !== undefined) lines.push(`  ${id}: workloads were at rest for ${formatElapsed(holdMs)}`)
  if (tainted !== undefined) lines.push(`  ${id}: the copies do not count: ${oneLine(tainted)}`)
  // Without a hold nobody was to be put back: they are about what was not dumped.
  const what = holdMs === undefined ? '' : 'not as before: '
  lines.push(...findings.map((finding) => `  ${id}: ${what}${formatFinding(finding)}`))
  return lines
}

function stuckLines(stuck: readonly StuckEntry[]): string[] {
  if (stuck.length === 0) return []
  const lines = stuck.map(
    ({ what, runId, attempts, failure }) =>
      `${what} (run ${runId}, tried ${count(attempts, 'time')}): ${formatFinding(failure)}`,
  )
  return [
    ...titled('NOT PUT BACK:', lines),
    'Remove the causes above, then run `salvage-kit recover`. Until it succeeds nothing else is run.',
  ]
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${oneLine(line)}`)]
}
