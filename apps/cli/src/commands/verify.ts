import { verify } from '@salvage-kit/core'
import { interruptible } from '../interrupt.ts'
import type { Invocation } from '../invocation.ts'
import { namespacesIn, pointFor } from '../points.ts'
import { commandReporter } from '../reporter.ts'
import { openSession } from '../session.ts'
import type { ListOptions } from './list.ts'

/** Reads a whole restore point and says whether it is what was lifted. Rejects with `ARCHIVE.DAMAGED` when it is not. */
export async function execute(invocation: Invocation<ListOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  using interrupt = interruptible(terminal)
  const { signal } = interrupt
  const point = await pointFor(invocation, args[0] ?? '', signal)
  const scope = { targets: [], stores: [options.from ?? point.store], namespaces: namespacesIn([point.target]) }
  await using rig = await openSession(invocation, scope, signal)
  const store = options.from === undefined ? await rig.storeOf(point.store) : await rig.store(options.from)
  if (options.quiet !== true) terminal.err(`reading point ${point.id} of ${point.target}\n`)
  using reporter = commandReporter(terminal, { ...options, json: false })
  await verify(rig, point, store, {
    signal,
    onProgress: (progress) => reporter.report({ type: 'lower.progress', target: point.target, progress }),
  })
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, verified: true, point }, undefined, 2)}\n`)
  else if (options.quiet !== true) terminal.out(`${point.id} of ${point.target} in ${point.store} is whole\n`)
  return 0
}
