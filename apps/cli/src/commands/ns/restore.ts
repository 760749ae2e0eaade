import { parseDuration } from '@salvage-kit/core'
import { claimOf, objectText, restoreClaim } from '@salvage-kit/host/ns'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'
import type { NamespaceOptions } from './delete.ts'

/** Options of `ns restore`. */
export interface RestoreOptions extends NamespaceOptions {
  readonly pvc: string
  readonly output?: 'json' | 'yaml'
  readonly storageClass?: string
  readonly wait?: boolean
  readonly timeout: string
}

const SAID = {
  made: 'created',
  bound: 'created and bound',
  'waits for a pod': 'created; it gets its volume when a pod uses it',
} as const

/** Makes a new claim of a snapshot; with `-o` it is printed and not made. */
export async function execute(invocation: Invocation<RestoreOptions>): Promise<number> {
  const { args, options, terminal } = invocation
  const [snapshot = ''] = args
  const { pvc: claim, storageClass, output } = options
  const waitMs = options.wait === true ? parseDuration(options.timeout) : undefined
  return withNs(invocation, async ({ ns, signal }) => {
    const namespace = options.namespace ?? ns.cluster.namespace
    const wish = { namespace, snapshot, claim, ...(storageClass === undefined ? {} : { storageClass }) }
    const manifest = await claimOf(ns.cluster, wish, { signal })
    if (output !== undefined) terminal.out(objectText(manifest, output))
    else {
      const wait = waitMs === undefined ? {} : { waitMs }
      const made = await restoreClaim(ns.cluster, manifest, { signal, ...wait })
      terminal.out(`persistentvolumeclaim ${namespace}/${claim} ${SAID[made]}\n`)
    }
    return 0
  })
}
