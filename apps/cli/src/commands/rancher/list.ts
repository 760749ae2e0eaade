import { surveyRancherBackup } from '@salvage-kit/host/rancher-backup'
import { interruptible } from '../../interrupt.ts'
import type { Invocation } from '../../invocation.ts'
import { table } from '../../output/table.ts'
import { readRancher } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'

/** Shows what a run would dump and where, and what it would not, with the reason. Changes nothing. */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const { options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const read = await readRancher(invocation)
  const { items, problems } = await surveyRancherBackup(read.loaded, { signal: interrupt.signal })
  if (options.json === true) {
    const dumps = items.map(({ ref, kind, folder }) => ({ target: ref, kind, folder }))
    terminal.out(`${JSON.stringify({ version: 1, dumps, problems })}\n`)
    return 0
  }
  const rows = [
    ...items.map(({ ref, kind, folder }) => [ref, kind, folder]),
    ...problems.map(({ target = '', code, message }) => [target, 'not dumped', `${message} (${code})`]),
  ]
  terminal.out(table([{ heading: 'WHAT' }, { heading: 'KIND' }, { heading: 'WHERE TO, OR WHY NOT' }], rows))
  return 0
}
