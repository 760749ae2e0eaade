import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { ResourceKind } from '../../resource/kind.ts'
import { chosenClass, groupClassView } from '../class-view.ts'
import type { Classes, SnapshotClass } from '../class-view.ts'
import { GROUP_PERMISSIONS } from '../permission.ts'
import { remembered } from '../remembered.ts'
import type { ClaimShape } from '../schema.ts'
import type { CsiSettings } from '../settings.ts'
import { groupKind } from './group-kind.ts'

/** A claim that could be cut with others. */
export interface GroupWish {
  readonly namespace: string
  readonly claim: ClaimShape
  /** Of its volume, as far as anybody may see. */
  readonly driver: string | undefined
  readonly isKept: boolean
  /** What is seen of the classes. */
  readonly seen: Classes | undefined
  /** Which class of snapshots is named. */
  readonly snapshotClass: string | undefined
}

/** In which class a claim is cut with others, and with which; undefined: for itself. */
export type GroupChoice = (
  wish: GroupWish,
  options: CallOptions,
) => Promise<{ readonly groupClass: string; readonly together: string } | undefined>

interface Api {
  readonly kind: ResourceKind
  readonly classes: readonly SnapshotClass[] | undefined
}

/**
 * Chooses groups where this user may make them, the API serves them, and it is known that the driver can: a class is named, or one
 * is the default of the driver. Rights are asked for first; without them nothing else is. What the class does with the storage
 * must be what the cut for itself would do.
 */
export function groupChoice(cluster: Cluster, { groupClass }: CsiSettings): GroupChoice | undefined {
  if (groupClass === false) return undefined
  const api = remembered(async (options): Promise<Api | undefined> => {
    const kind = await groupKind(cluster, options)
    return kind === undefined ? undefined : { kind, classes: await groupClassView(cluster, kind, options) }
  })
  const rights = new Map<string, () => Promise<boolean>>()
  const isAllowed = async (namespace: string): Promise<boolean> => {
    const ask =
      rights.get(namespace) ??
      remembered(async (options) => (await cluster.missing(namespace, GROUP_PERMISSIONS, options)).length === 0)
    rights.set(namespace, ask)
    return ask()
  }
  return async ({ namespace, claim, driver, isKept, seen, snapshotClass }) => {
    const { storageClass = '' } = claim
    // Where the driver is not known only the class says which claims can be cut together, and a name whether they can.
    if (driver === undefined && (storageClass === '' || groupClass === undefined)) return undefined
    if (!(await isAllowed(namespace))) return undefined
    const there = await api()
    if (there === undefined) return undefined
    const together = JSON.stringify([namespace, driver ?? { storageClass }])
    if (there.classes === undefined)
      return groupClass === undefined ? undefined : { groupClass, together: `${groupClass} ${together}` }
    const chosen = chosenClass(there.classes, driver, groupClass)
    if (chosen === undefined || (driver !== undefined && chosen.driver !== driver)) return undefined
    const alone = seen === undefined ? undefined : chosenClass(seen.snapshotClasses, driver, snapshotClass)
    const policy = isKept ? (alone?.deletionPolicy ?? chosen.deletionPolicy) : 'Delete'
    if (chosen.deletionPolicy !== policy) return undefined
    return { groupClass: chosen.name, together: `${chosen.name} ${together}` }
  }
}
