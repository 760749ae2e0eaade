import type { Finding } from '@salvage-kit/core'
import { surveyRancherBackup } from '@salvage-kit/host/rancher-backup'
import { failureText } from '../../failure.ts'
import { interruptible } from '../../interrupt.ts'
import type { Invocation } from '../../invocation.ts'
import { readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'

/**
 * What `backup.py --checkParameters` did: reads the settings, the index and the templates, and asks the API. 0 when all is
 * well, 1 when the settings cannot be used, the server does not answer, or a template cannot be read. Changes nothing.
 */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const read = await readRancher(invocation)
  const { items, problems } = await surveyRancherBackup(read.loaded, { signal: interrupt.signal })
  const wrong = problems.filter(isWrong)
  if (options.json === true) {
    const findings = [...read.findings, ...problems]
    terminal.out(`${JSON.stringify({ version: 1, good: wrong.length === 0, dumps: items.length, findings })}\n`)
  } else {
    for (const finding of read.findings) terminal.err(failureText(finding, 'warning'))
    for (const finding of problems) terminal.err(failureText(finding, isWrong(finding) ? 'error' : 'warning'))
    if (wrong.length === 0 && options.quiet !== true)
      terminal.out(`The settings can be used: ${dumpsText(items.length)} would be made.\n`)
  }
  return wrong.length === 0 ? 0 : 1
}

function dumpsText(count: number): string {
  return count === 1 ? '1 dump' : `${String(count)} dumps`
}

/** Of the settings or the server, and not of one service alone. */
function isWrong({ code, target }: Finding & { readonly target?: string }): boolean {
  if (target?.endsWith('*') === true) return code !== 'RANCHER.SERVER_LEFT'
  return code === 'RANCHER.TEMPLATE' || code === 'RANCHER.INDEX'
}
