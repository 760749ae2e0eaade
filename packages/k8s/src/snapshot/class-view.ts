import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'
import { groupClassKind } from './group/group-kind.ts'
import { CLASS_PERMISSIONS, GROUP_CLASS_PERMISSIONS } from './permission.ts'
import { snapshotClassParts, storageClassParts } from './schema.ts'

const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class'
const DEFAULT_GROUP_CLASS = 'groupsnapshot.storage.kubernetes.io/is-default-class'

/** A class of snapshots, as far as it may be seen. */
export interface SnapshotClass {
  readonly name: string
  readonly driver: string
  readonly deletionPolicy: string
  readonly isDefault: boolean
}

/** The class of that name, or else the default one of a driver. */
export function chosenClass(
  classes: readonly SnapshotClass[],
  driver: string | undefined,
  name: string | undefined,
): SnapshotClass | undefined {
  if (name !== undefined) return classes.find((one) => one.name === name)
  return classes.find((one) => one.isDefault && (driver === undefined || one.driver === driver))
}

/** The classes of a cluster. */
export interface Classes {
  /** Undefined: there is none of that name. */
  readonly driverOf: (storageClass: string) => Promise<string | undefined>
  readonly snapshotClasses: readonly SnapshotClass[]
}

/** Undefined where this user may not look at classes, which are of no namespace: then nothing is asked but that. */
export async function classView(cluster: Cluster, options: CallOptions): Promise<Classes | undefined> {
  if ((await cluster.missing('', CLASS_PERMISSIONS, options)).length > 0) return undefined
  const snapshotClasses = await classesOf(cluster, KINDS.volumeSnapshotClass, DEFAULT_CLASS, options)
  const drivers = new Map<string, Promise<string | undefined>>()
  const ask = async (name: string): Promise<string | undefined> => {
    const found = await cluster.get(KINDS.storageClass, { name }, options)
    return found === undefined ? undefined : storageClassParts.parse(found).provisioner
  }
  return {
    snapshotClasses,
    driverOf: async (name) => {
      const known = drivers.get(name) ?? ask(name)
      drivers.set(name, known)
      return known
    },
  }
}

/** The classes of groups of snapshots; undefined where this user may not look at them. */
export async function groupClassView(
  cluster: Cluster,
  group: ResourceKind,
  options: CallOptions,
): Promise<readonly SnapshotClass[] | undefined> {
  if ((await cluster.missing('', GROUP_CLASS_PERMISSIONS, options)).length > 0) return undefined
  return classesOf(cluster, groupClassKind(group), DEFAULT_GROUP_CLASS, options)
}

async function classesOf(
  cluster: Cluster,
  kind: ResourceKind,
  defaultKey: string,
  options: CallOptions,
): Promise<readonly SnapshotClass[]> {
  const classes: SnapshotClass[] = []
  for await (const { metadata, ...parts } of cluster.list(kind, {}, options)) {
    const read = snapshotClassParts.safeParse(parts)
    if (!read.success) continue
    classes.push({ name: metadata.name, ...read.data, isDefault: metadata.annotations?.[defaultKey] === 'true' })
  }
  return classes
}
