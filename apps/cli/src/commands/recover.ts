import { formatFinding, recover } from '@salvage-kit/core'
import type { RecoverReport } from '@salvage-kit/core'
import { usageError } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { plural } from '../output/plan-text.ts'
import { commandReporter } from '../reporter.ts'
import { openSession } from '../session.ts'

/** Options of `recover`. */
export interface RecoverOptions {
  readonly forget?: string
}

/** With `--forget` each undo is tried, but not for long: whoever forgets knows that it does not work. */
const LAST_TRY_MS = 10_000

/**
 * Takes back what dead runs left. Exit code 4 when something is stuck. `--forget` then takes what is stuck of one run out
 * of the journal, for what can never be undone: a command that was written wrong, a disk that is gone.
 */
export async function execute(invocation: Invocation<RecoverOptions>): Promise<number> {
  const { options, terminal } = invocation
  const { forget } = options
  using reporter = commandReporter(terminal, options)
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  await using rig = await openSession(invocation, { targets: [], stores: [] }, signal, { report: reporter.report })
  if (forget !== undefined && (await rig.journal.pending(forget)).length === 0)
    throw usageError(`there is nothing of run ${JSON.stringify(forget)} to take back`, {
      hint: 'salvage-kit recover names the runs that are stuck',
    })
  const all = await recover(rig, { signal, ...(forget === undefined ? {} : { patienceMs: LAST_TRY_MS }) })
  const forgotten = all.stuck.filter(({ runId }) => runId === forget)
  if (forget !== undefined && forgotten.length > 0)
    await rig.journal.settle((await rig.journal.pending(forget)).map((entry) => entry.id))
  const report = { ...all, stuck: all.stuck.filter(({ runId }) => runId !== forget) }
  if (options.json === true)
    terminal.out(
      `${JSON.stringify({ time: new Date().toISOString(), version: 1, type: 'recover.finished', ...report, forgotten })}\n`,
    )
  else if (options.quiet !== true || report.stuck.length > 0) terminal.out(recoverText(report, forgotten))
  return report.stuck.length > 0 ? 4 : 0
}

function recoverText({ undone, stuck, alive }: RecoverReport, forgotten: RecoverReport['stuck']): string {
  const nothing = undone === 0 && stuck.length === 0 && forgotten.length === 0
  const runs = [...new Set(stuck.map(({ runId }) => runId))]
  return [
    nothing ? 'nothing to recover' : `${plural(undone, 'step')} taken back, ${String(stuck.length)} stuck`,
    ...stuck.map(({ what, runId, failure }) => `  STUCK ${what} (run ${runId}): ${formatFinding(failure)}`),
    ...forgotten.map(({ what }) => `  forgotten, see to it yourself: ${what}`),
    ...alive.map((runId) => `  run ${runId} is still at work and was left alone`),
    ...(runs.length === 0
      ? []
      : [
          'Remove the causes and run `salvage-kit recover` again. What can never be taken back:',
          ...runs.map((runId) => `  salvage-kit recover --forget ${runId}`),
        ]),
    '',
  ].join('\n')
}
