import type { CallOptions } from '@salvage-kit/core'
import { KEY, keptSnapshot, KINDS, OWN } from '@salvage-kit/k8s'
import type { Cluster, KeptSnapshot, Resource } from '@salvage-kit/k8s'
import { z } from 'zod'

/** Which snapshots are listed; all that are asked for must be true of one. */
export interface SnapshotFilter {
  /** Absent: all namespaces. */
  readonly namespace?: string
  readonly daily?: boolean
  readonly weekly?: boolean
  readonly monthly?: boolean
  /** Of these types; absent: of any. */
  readonly types?: readonly string[]
}

/** A snapshot as a list shows it. */
export interface ListedSnapshot {
  readonly namespace: string
  readonly name: string
  readonly ready: boolean
  readonly claim: string
  readonly restoreSize?: string
  readonly class?: string
  readonly content?: string
  /** When it was cut; ISO 8601. */
  readonly cutAt?: string
  readonly madeAt: string
  readonly type?: string
  readonly retain?: string
  readonly daily?: string
  readonly weekly?: string
  readonly monthly?: string
  readonly deleteAfter?: string
  /** What the driver said last, when it failed. */
  readonly trouble?: string
  readonly object: Resource
}

const parts = z.looseObject({
  spec: z.looseObject({ volumeSnapshotClassName: z.string().optional() }).optional(),
  status: z.looseObject({ restoreSize: z.string().optional() }).optional(),
})

/** Snapshots that are kept by labels, by namespace and name. Reads only. */
export async function listSnapshots(
  cluster: Cluster,
  filter: SnapshotFilter,
  { signal }: CallOptions,
): Promise<readonly ListedSnapshot[]> {
  signal.throwIfAborted()
  const scope = filter.namespace === undefined ? {} : { namespace: filter.namespace }
  const found: ListedSnapshot[] = []
  for await (const object of cluster.list(KINDS.volumeSnapshot, scope, { signal })) {
    const kept = keptSnapshot(object)
    if (kept !== undefined && isWanted(kept, filter)) found.push(listed(object, kept))
  }
  return found.toSorted((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name))
}

function isWanted({ labels, visible }: KeptSnapshot, { types, ...tiers }: SnapshotFilter): boolean {
  if (!visible && labels[OWN.retain] === undefined) return false
  if (types !== undefined && !types.includes(labels[KEY.type] ?? '')) return false
  return (['daily', 'weekly', 'monthly'] as const).every(
    (tier) => tiers[tier] !== true || labels[KEY[tier]] !== undefined,
  )
}

function listed(
  object: Resource,
  { namespace, name, ready, claim, content, cutAt, madeAt, labels, trouble }: KeptSnapshot,
): ListedSnapshot {
  const { spec, status } = parts.safeParse(object).data ?? {}
  const said = {
    restoreSize: status?.restoreSize,
    class: spec?.volumeSnapshotClassName,
    content,
    cutAt: cutAt === undefined ? undefined : new Date(cutAt).toISOString(),
    type: labels[KEY.type],
    retain: labels[KEY.retain] ?? labels[OWN.retain],
    daily: labels[KEY.daily],
    weekly: labels[KEY.weekly],
    monthly: labels[KEY.monthly],
    deleteAfter: labels[KEY.deleteAfter],
    trouble,
  }
  return { namespace, name, ready, claim, madeAt: new Date(madeAt).toISOString(), object, ...present(said) }
}

type Present<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> }

function present<T extends object>(all: T): Present<T>
function present(all: object): object {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
