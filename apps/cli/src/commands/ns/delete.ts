import { removeSnapshot } from '@salvage-kit/host/ns'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'

/** Options of what works in one namespace. */
export interface NamespaceOptions {
  readonly namespace?: string
}

/** Removes a snapshot and its storage, and waits until it is gone. Nobody is asked, as with backup-ns. */
export async function execute(invocation: Invocation<NamespaceOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  const [name = ''] = args
  return withNs(invocation, async ({ ns, signal, warn }) => {
    const namespace = options.namespace ?? ns.cluster.namespace
    warn(await removeSnapshot(ns.cluster, { namespace, name }, { signal }))
    terminal.out(`volumesnapshot ${namespace}/${name} deleted\n`)
    return 0
  })
}
