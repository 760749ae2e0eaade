import { outlineOf, outlineText, surveyRancherBackup, unknownKey } from '@salvage-kit/host/rancher-backup'
import { failureText } from '../../failure.ts'
import { interruptible } from '../../interrupt.ts'
import type { Invocation } from '../../invocation.ts'
import { readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'
import { isWrong } from './is-wrong.ts'

/**
 * What `backup.py --checkParameters` did: reads the settings, the index and the templates, and asks the API and GnuPG. Says what
 * a run would do. 0 when all is well, 1 when the settings cannot be used, the server does not answer, a template cannot be read or
 * the key is not known. Changes nothing.
 */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const read = await readRancher(invocation)
  const { signal } = interrupt
  const { items, problems: found } = await surveyRancherBackup(read.loaded, { signal })
  const key = await unknownKey(read, { signal })
  const problems = key === undefined ? found : [...found, key]
  const outline = outlineOf(read.loaded, read.settings, items, new Date())
  const wrong = problems.filter(isWrong)
  if (options.json === true) {
    const findings = [...read.findings, ...problems]
    terminal.out(
      `${JSON.stringify({ version: 1, good: wrong.length === 0, dumps: items.length, outline, findings })}\n`,
    )
  } else {
    for (const finding of read.findings) terminal.err(failureText(finding, 'warning'))
    for (const finding of problems) terminal.err(failureText(finding, isWrong(finding) ? 'error' : 'warning'))
    if (options.quiet !== true) terminal.out(outlineText(outline))
    if (wrong.length === 0 && options.quiet !== true)
      terminal.out(`The settings can be used: ${dumpsText(items.length)} would be made.\n`)
  }
  return wrong.length === 0 ? 0 : 1
}

function dumpsText(count: number): string {
  return count === 1 ? '1 dump' : `${String(count)} dumps`
}
