import { exitCodeOf, formatReport } from '@salvage-kit/core'
import { checkBackup, createBackup, envSettings } from '@salvage-kit/host/ns'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'
import { planText } from '../../output/plan-text.ts'
import { commandReporter } from '../../reporter.ts'

/** Backs a claim up by the variables; a dry run checks everything and prints the plan. The report is on stdout. */
export async function execute(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation
  return withNs(invocation, async ({ ns, settings: read, signal, say }) => {
    const settings = read()
    const { time, settings: shown } = envSettings(settings, new Date())
    if (options.json !== true) say(`${time}\n${JSON.stringify(shown, undefined, 2)}`)
    using reporter = commandReporter(terminal, options)
    const { report } = reporter
    if (settings.dryRun) {
      say('dry run: nothing is dumped, and no snapshot is made')
      const plan = await checkBackup(ns, { settings, report, signal })
      terminal.out(options.json === true ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan))
      return 0
    }
    const ended = await createBackup(ns, { settings, report, signal })
    if (options.json !== true && (options.quiet !== true || ended.outcome !== 'good'))
      terminal.out(`${formatReport(ended)}\n`)
    for (const { kept } of ended.groups.flatMap((group) => group.targets))
      if (kept !== undefined && options.json !== true) terminal.out(`volumesnapshot ${kept.id}\n`)
    return exitCodeOf(ended)
  })
}
