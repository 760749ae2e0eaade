import { rebindContent } from '@salvage-kit/host/ns'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'

/** Binds a content whose snapshot is gone, with its namespace for instance, to a new snapshot. */
export async function execute(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation
  const [content = ''] = args
  return withNs(invocation, async ({ ns, settings, signal, say }) => {
    const rebound = await rebindContent(ns.cluster, content, settings(), { signal })
    if (!rebound.replaced) say(`content ${content} stays: nobody waited until the new snapshot is ready`)
    terminal.out(`volumesnapshot ${rebound.namespace}/${rebound.snapshot} bound to ${rebound.content}\n`)
    return 0
  })
}
