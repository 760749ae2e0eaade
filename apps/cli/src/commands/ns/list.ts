import { formatElapsed } from '@salvage-kit/core'
import { listSnapshots, objectText } from '@salvage-kit/host/ns'
import type { ListedSnapshot } from '@salvage-kit/host/ns'
import { usageError } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { withNs } from '../../ns-session.ts'
import { table } from '../../output/table.ts'

/** Options of `ns list`. */
export interface ListOptions {
  readonly allNamespaces?: boolean
  readonly namespace?: string
  readonly daily?: boolean
  readonly weekly?: boolean
  readonly monthly?: boolean
  readonly adhoc?: boolean
  readonly cronjob?: boolean
  readonly output?: 'json' | 'yaml'
}

/** Lists the snapshots that are kept by labels: a table, or the objects themselves as a list of Kubernetes. */
export async function execute(invocation: Invocation<ListOptions>): Promise<number> {
  const { options, terminal } = invocation
  const { allNamespaces = false, namespace, daily = false, weekly = false, monthly = false } = options
  if (allNamespaces && namespace !== undefined) throw usageError('--all-namespaces and --namespace exclude each other')
  return withNs(invocation, async ({ ns, signal, say }) => {
    const types = (['adhoc', 'cronjob'] as const).filter((type) => options[type] === true)
    const where = allNamespaces ? {} : { namespace: namespace ?? ns.cluster.namespace }
    if (where.namespace !== undefined) say(`Namespace: ${where.namespace}`)
    const filter = { ...where, daily, weekly, monthly, ...(types.length === 0 ? {} : { types }) }
    const found = await listSnapshots(ns.cluster, filter, { signal })
    const format = options.output ?? (options.json === true ? 'json' : undefined)
    const items = found.map(({ object }) => object)
    if (format !== undefined) terminal.out(objectText({ apiVersion: 'v1', kind: 'List', items }, format))
    else if (found.length === 0) say('no snapshots found')
    else terminal.out(snapshotsText(found, { allNamespaces, now: new Date() }))
    return 0
  })
}

const HEADINGS =
  'NAME READYTOUSE SOURCEPVC RESTORESIZE SNAPSHOTCLASS SNAPSHOTCONTENT CREATIONTIME AGE TYPE RETAIN DAILY WEEKLY MONTHLY DELETE-AFTER'.split(
    ' ',
  )

function snapshotsText(
  found: readonly ListedSnapshot[],
  { allNamespaces, now }: { readonly allNamespaces: boolean; readonly now: Date },
): string {
  const age = (time: string | undefined): string =>
    time === undefined ? '' : formatElapsed(Math.max(0, now.getTime() - Date.parse(time)))
  const headings = [...(allNamespaces ? ['NAMESPACE'] : []), ...HEADINGS]
  return table(
    headings.map((heading) => ({ heading })),
    found.map((one) => [
      ...(allNamespaces ? [one.namespace] : []),
      one.name,
      String(one.ready),
      one.claim,
      ...[one.restoreSize, one.class, one.content].map((text) => text ?? ''),
      age(one.cutAt),
      age(one.madeAt),
      ...[one.type, one.retain, one.daily, one.weekly, one.monthly, one.deleteAfter].map((text) => text ?? ''),
    ]),
  )
}
