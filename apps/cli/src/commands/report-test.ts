import { testReport } from '@salvage-kit/host'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { placeOf } from '../session.ts'

/** Sends a message to a configured report and says whether it was taken. Exit code 1 when it was not. */
export async function execute(invocation: Invocation): Promise<number> {
  const { args, options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { loaded } = await placeOf(invocation)
  const [name = ''] = args
  await testReport(name, loaded.config, { redactor: terminal.redactor, signal: interrupt.signal })
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, report: name, delivered: true })}\n`)
  else if (options.quiet !== true) terminal.out(`${name}: delivered\n`)
  return 0
}
