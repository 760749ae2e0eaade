import { formatFinding, recover } from '@salvage-kit/core'
import type { RecoverReport } from '@salvage-kit/core'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { plural } from '../output/plan-text.ts'
import { commandReporter } from '../reporter.ts'
import { openSession } from '../session.ts'

/** Takes back what dead runs left. Exit code 4 when something is stuck. */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  using reporter = commandReporter(terminal, options)
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  await using rig = await openSession(invocation, { targets: [], stores: [] }, signal, reporter.report)
  const report = await recover(rig, { signal })
  if (options.json === true)
    terminal.out(
      `${JSON.stringify({ time: new Date().toISOString(), version: 1, type: 'recover.finished', ...report })}\n`,
    )
  else if (options.quiet !== true || report.stuck.length > 0) terminal.out(recoverText(report))
  return report.stuck.length > 0 ? 4 : 0
}

function recoverText({ undone, stuck, alive }: RecoverReport): string {
  const nothing = undone === 0 && stuck.length === 0
  return [
    nothing ? 'nothing to recover' : `${plural(undone, 'step')} taken back, ${String(stuck.length)} stuck`,
    ...stuck.map(({ what, runId, failure }) => `  STUCK ${what} (run ${runId}): ${formatFinding(failure)}`),
    ...alive.map((runId) => `  run ${runId} is still at work and was left alone`),
    '',
  ].join('\n')
}
