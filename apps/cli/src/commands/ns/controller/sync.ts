import { syncToContents } from '@salvage-kit/host/ns'
import type { Invocation } from '../../../invocation.ts'
import { withNs } from '../../../ns-session.ts'

/** Makes contents say what their snapshots say. Exit code 3 when some could not be told. */
export async function execute(invocation: Invocation): Promise<number> {
  return withNs(invocation, async ({ ns, signal, warn }) => {
    const { changed, same, unbound, findings } = await syncToContents(ns.cluster, { signal, now: new Date() })
    warn(findings)
    invocation.terminal.out(`${changed} changed, ${same} as they were, ${unbound} not bound yet\n`)
    return findings.length === 0 ? 0 : 3
  })
}
