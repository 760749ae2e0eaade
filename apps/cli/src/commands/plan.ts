import { SalvageError } from '@salvage-kit/core'
import { planTide } from '@salvage-kit/host'
import type { OpenRig } from '@salvage-kit/host'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { planText, plural } from '../output/plan-text.ts'
import { openSession } from '../session.ts'
import { readWishes, scopeOf } from '../wishes.ts'
import type { SelectOptions } from '../wishes.ts'

/**
 * Prints what `run` with the same words would do. With `--json` the plan itself, which `run --plan` runs. Rejects with
 * `RECOVER.PENDING` when a dead run left something: taking that back is no work for a command that touches nothing.
 */
export async function execute(invocation: Invocation<SelectOptions>): Promise<number> {
  const { options, terminal } = invocation
  const wishes = readWishes(invocation)
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  await using rig = await openSession(invocation, { ...scopeOf(wishes), reads: true }, signal)
  const plan = await planTide(rig, wishes, { settle: () => refuseUnfinished(rig), signal })
  terminal.out(options.json === true ? `${JSON.stringify(plan, undefined, 2)}\n` : planText(plan))
  return 0
}

async function refuseUnfinished(rig: OpenRig): Promise<void> {
  const pending = await rig.journal.pending()
  for (const runId of new Set(pending.map((entry) => entry.runId))) {
    await using dead = await rig.locks.adopt(runId)
    if (dead === undefined) continue
    const steps = pending.filter((entry) => entry.runId === runId).length
    throw new SalvageError('RECOVER.PENDING', `run ${runId} left ${plural(steps, 'step')} to take back`, {
      why: 'what it brought down would pass for idle, and plan touches nothing',
      hint: 'take it back with salvage-kit recover, or let salvage-kit run do so before it begins',
    })
  }
}
