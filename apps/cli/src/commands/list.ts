import { parseTarget } from '@salvage-kit/host'
import { failureText } from '../failure.ts'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { pointsText } from '../output/points-text.ts'
import { findPoints } from '../points.ts'
import { openSession } from '../session.ts'

/** Options of `list`. */
export interface ListOptions {
  readonly from?: string
}

/** Lists restore points, newest last. Exit code 3 when a store that should have been asked could not be. */
export async function execute(invocation: Invocation<ListOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const targets = args.length === 0 ? undefined : args.map((text) => parseTarget(text, terminal.directory))
  const stores = options.from === undefined ? [] : [options.from]
  await using rig = await openSession(invocation, { targets: [], stores }, signal)
  const { points, unreachable } = await findPoints(rig, { from: options.from, targets }, signal)
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, points, unreachable }, undefined, 2)}\n`)
  else {
    for (const { store, finding } of unreachable) terminal.err(failureText(finding, `not asked: ${store}`))
    if (points.length > 0) terminal.out(pointsText(points))
    else if (options.quiet !== true) terminal.err('no restore points\n')
  }
  return unreachable.length > 0 ? 3 : 0
}
