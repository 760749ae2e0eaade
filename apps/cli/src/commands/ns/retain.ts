import { retain, retainSettings } from '@salvage-kit/host/ns'
import type { Retained, RetentionPass } from '@salvage-kit/host/ns'
import { failureText } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'

/** Options of a pruning. */
export interface RetainCommandOptions {
  readonly namespace?: readonly string[]
  readonly dryRun?: boolean
}

/** Prunes by labels, all passes at once. Exit code 3 when some of it could not be done, 1 when nothing could be looked at. */
export async function execute(invocation: Invocation<RetainCommandOptions>): Promise<number> {
  return executePasses(invocation, ['tiers', 'mark', 'sweep'])
}

/** Prunes by labels: these passes alone. */
export async function executePasses(
  invocation: Invocation<RetainCommandOptions>,
  passes: readonly RetentionPass[],
): Promise<number> {
  const { options, terminal } = invocation
  return withNs(invocation, async ({ ns, settings, signal, warn, say }) => {
    const { rules, zone, dryRun: isDry } = retainSettings(ns.environment, settings().zone)
    const dryRun = options.dryRun === true || isDry
    const namespaces = options.namespace ?? []
    say(`RETAIN_LAST_DAILY=${rules.daily} RETAIN_LAST_WEEKLY=${rules.weekly} RETAIN_LAST_MONTHLY=${rules.monthly}`)
    const done = await retain(ns.cluster, { signal, namespaces, rules, zone, now: new Date(), passes, dryRun })
    if (options.json === true) terminal.out(`${JSON.stringify(jsonOf(done), undefined, 2)}\n`)
    else {
      terminal.out(dryRun ? `${done.table}\n` : doneText(done))
      if (!dryRun) warn(done.findings)
      for (const { end, finding } of done.report?.outcomes ?? [])
        if (end === 'failed' && finding !== undefined && options.quiet === true) terminal.err(failureText(finding))
    }
    if (done.nothing) return 1
    return done.partial ? 3 : 0
  })
}

function doneText({ report }: Retained): string {
  const lines = (report?.outcomes ?? []).map(({ verdict, end }) => {
    const { snapshot, action, reason } = verdict
    return `${end === 'done' ? action : `${action} ${end}`} ${snapshot.namespace}/${snapshot.name}: ${reason}\n`
  })
  return lines.length === 0 ? 'nothing to do\n' : lines.join('')
}

function jsonOf({ plan, report, findings, partial }: Retained): object {
  const ends = new Map(report?.outcomes.map(({ verdict, end }) => [verdict.snapshot.uid, end]))
  const verdicts = plan.namespaces.flatMap((one) =>
    one.verdicts.map(({ snapshot: { namespace, name, uid, claim }, action, reason, change }) => {
      const end = ends.get(uid)
      return { namespace, name, claim, action, reason, change, ...(end === undefined ? {} : { end }) }
    }),
  )
  return { version: 1, day: plan.day, zone: plan.zone, verdicts, findings, partial }
}
