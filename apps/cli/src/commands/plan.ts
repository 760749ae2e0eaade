import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { planText } from '../output/plan-text.ts'
import { planRun } from '../plan-run.ts'
import { openSession } from '../session.ts'
import { readWishes, scopeOf } from '../wishes.ts'
import type { SelectOptions } from '../wishes.ts'

/** Prints what `run` with the same words would do. With `--json` the plan itself, which `run --plan` runs. */
export async function execute(invocation: Invocation<SelectOptions>): Promise<number> {
  const { options, terminal } = invocation
  const wishes = readWishes(invocation)
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  await using rig = await openSession(invocation, scopeOf(wishes), signal)
  const plan = await planRun(rig, wishes, signal)
  terminal.out(options.json === true ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan))
  return 0
}
