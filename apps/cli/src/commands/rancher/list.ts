import { surveyRancherBackup } from '@salvage-kit/host/rancher-backup'
import { failureText } from '../../failure.ts'
import { interruptible } from '../../interrupt.ts'
import type { Invocation } from '../../invocation.ts'
import { table } from '../../output/table.ts'
import { readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'
import { isWrong } from './is-wrong.ts'

/**
 * Shows what a run would dump and where, and what it would not, with the reason; what is odd about the settings is said on stderr.
 * 0 when all is well, 3 when something would not be dumped, 1 when the settings cannot be used or the server does not answer.
 * Changes nothing.
 */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const read = await readRancher(invocation)
  const { items, problems } = await surveyRancherBackup(read.loaded, { signal: interrupt.signal })
  const lost = problems.filter(({ code }) => code !== 'RANCHER.SERVER_LEFT')
  const exit = problems.some(isWrong) ? 1 : lost.length > 0 ? 3 : 0
  if (options.json === true) {
    const dumps = items.map(({ ref, kind, folder }) => ({ target: ref, kind, folder }))
    terminal.out(`${JSON.stringify({ version: 1, dumps, problems, findings: read.findings })}\n`)
    return exit
  }
  for (const finding of read.findings) terminal.err(failureText(finding, 'warning'))
  const rows = [
    ...items.map(({ ref, kind, folder }) => [ref, kind, folder]),
    ...problems.map(({ target = '', code, message }) => [target, 'not dumped', `${message} (${code})`]),
  ]
  terminal.out(table([{ heading: 'WHAT' }, { heading: 'KIND' }, { heading: 'WHERE TO, OR WHY NOT' }], rows))
  return exit
}
