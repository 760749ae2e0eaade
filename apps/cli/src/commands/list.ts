import { parseTarget } from '@salvage-kit/host'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { pointsText } from '../output/points-text.ts'
import { findPoints, namespacesIn, problemsText } from '../points.ts'
import { openSession } from '../session.ts'

/** Options of `list`. */
export interface ListOptions {
  readonly from?: string
}

/** Lists restore points, newest last. Exit code 3 when a store that should have been asked could not be, or something in one could not be read. */
export async function execute(invocation: Invocation<ListOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const targets = args.length === 0 ? undefined : args.map((text) => parseTarget(text, terminal.directory))
  const stores = options.from === undefined ? [] : [options.from]
  await using rig = await openSession(
    invocation,
    { targets: [], stores, namespaces: namespacesIn(args), reads: true },
    signal,
  )
  const { points, unreachable, unreadable } = await findPoints(rig, { from: options.from, targets }, signal)
  if (options.json === true)
    terminal.out(`${JSON.stringify({ version: 1, points, unreachable, unreadable }, undefined, 2)}\n`)
  else {
    terminal.err(problemsText({ unreachable, unreadable }))
    if (points.length > 0) terminal.out(pointsText(points))
    else if (options.quiet !== true) terminal.err('no restore points\n')
  }
  return unreachable.length + unreadable.length > 0 ? 3 : 0
}
