import { formatBytes, formatElapsed } from '@salvage-kit/core'
import type { GroupReport, RunRecord } from '@salvage-kit/core'
import type { RigState } from '@salvage-kit/host'
import type { Invocation } from '../invocation.ts'
import { timeText } from '../output/points-text.ts'
import { table } from '../output/table.ts'
import { openMemory } from '../session.ts'

/** Shows past runs and restores, newest first. */
export async function execute(invocation: Invocation<{ readonly limit: number }>): Promise<number> {
  const { options, terminal } = invocation
  await using memory = await openMemory(invocation)
  const runs = await memory.catalog.runs(options.limit)
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, runs }, undefined, 2)}\n`)
  else if (runs.length > 0) {
    terminal.out(historyText(runs, await endsOf(memory, runs)))
    if (options.verbose === true) terminal.out(`${holdsText(runs)}${transfersText(runs)}`)
  } else if (options.quiet !== true) terminal.err('no runs yet\n')
  return 0
}

/** What became of the runs without a report. */
async function endsOf(
  { journal, locks }: Pick<RigState, 'journal' | 'locks'>,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ends = new Map<string, string>()
  for (const { runId, report } of runs) {
    if (report !== undefined) continue
    await using dead = await locks.adopt(runId)
    const left = dead === undefined ? [] : await journal.pending(runId)
    ends.set(runId, dead === undefined ? 'at work' : left.length > 0 ? 'died, to recover' : 'died, recovered')
  }
  return ends
}

/** Runs as a table; `ends` says what became of those without a report. */
function historyText(runs: readonly RunRecord[], ends: ReadonlyMap<string, string>): string {
  const left = ['RUN', 'STARTED', 'KIND', 'TIDE', 'OUTCOME'].map((heading) => ({ heading }))
  const right = ['TARGETS', 'TOOK', 'LONGEST HOLD', 'PREDICTED'].map((heading) => ({
    heading,
    align: 'right' as const,
  }))
  const rows = runs.map((run) => row(run, ends.get(run.runId) ?? ''))
  return table([...left, ...right], rows)
}

function row({ runId, startedAt, kind, tide, report }: RunRecord, end: string): readonly string[] {
  const start = [runId, timeText(startedAt), kind, tide ?? '']
  if (report === undefined) return [...start, end, '', '', '', '']
  const outcomes = report.groups.flatMap((group) => group.targets.map((target) => target.outcome))
  const good = outcomes.filter((outcome) => outcome === 'good').length
  const [longest] = report.groups.filter(isHeld).toSorted((a, b) => (b.holdMs ?? 0) - (a.holdMs ?? 0))
  return [
    ...start,
    `${report.outcome}${report.refused === undefined ? '' : ', not begun'}${report.aborted ? ', aborted' : ''}${report.stuck.length > 0 ? ', STUCK' : ''}`,
    `${String(good)}/${String(outcomes.length + report.skipped.length)}`,
    formatElapsed(Math.max(0, Date.parse(report.endedAt) - Date.parse(report.startedAt))),
    elapsed(longest?.holdMs),
    elapsed(longest?.predictedHoldMs),
  ]
}

/** The hold of each group of each run, measured and predicted. */
function holdsText(runs: readonly RunRecord[]): string {
  const left = ['RUN', 'GROUP', 'WAY'].map((heading) => ({ heading }))
  const right = ['HOLD', 'PREDICTED'].map((heading) => ({ heading, align: 'right' as const }))
  const rows = runs.flatMap(({ runId, report }) =>
    (report?.groups ?? [])
      .filter(isHeld)
      .map((group) => [
        runId,
        group.id,
        group.way ?? '',
        elapsed(group.holdMs),
        elapsed(group.predictedHoldMs),
        group.targets.map(({ target }) => target).join(', '),
      ]),
  )
  return rows.length === 0 ? '' : `\n${table([...left, ...right, { heading: 'TARGETS' }], rows)}`
}

/** What went over of each target of each send and synchronization. */
function transfersText(runs: readonly RunRecord[]): string {
  const [left, right] = [['RUN', 'KIND', 'TARGET', 'HOST', 'OUTCOME'], ['BYTES']]
  const rows = runs.flatMap(({ runId, kind, report }) =>
    (report?.groups ?? [])
      .flatMap(({ targets }) => targets)
      .flatMap(({ target, outcome, transfer, findings }) => {
        if (transfer === undefined) return []
        const { host, bytes, parent, already } = transfer
        const why = [already === true ? 'was there' : '', ...findings.map(({ code }) => code)]
        const end = [outcome, ...why].filter(Boolean).join(', ')
        return [[runId, kind, target, host, end, bytes === undefined ? '' : formatBytes(bytes), parent ?? '']]
      }),
  )
  const columns = [
    ...left.map((heading) => ({ heading })),
    ...right.map((heading) => ({ heading, align: 'right' as const })),
    { heading: 'PARENT' },
  ]
  return rows.length === 0 ? '' : `\n${table(columns, rows)}`
}

function isHeld({ holdMs }: GroupReport): boolean {
  return holdMs !== undefined
}

function elapsed(ms: number | undefined): string {
  return ms === undefined ? '' : formatElapsed(ms)
}
