import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { KINDS } from '../resource/kind.ts'
import { CLASS_PERMISSIONS } from './permission.ts'
import { snapshotClassParts, storageClassParts } from './schema.ts'

const DEFAULT_CLASS = 'snapshot.storage.kubernetes.io/is-default-class'

/** A class of snapshots, as far as it may be seen. */
export interface SnapshotClass {
  readonly name: string
  readonly driver: string
  readonly deletionPolicy: string
  readonly isDefault: boolean
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
  const snapshotClasses: SnapshotClass[] = []
  for await (const { metadata, ...parts } of cluster.list(KINDS.volumeSnapshotClass, {}, options)) {
    const read = snapshotClassParts.safeParse(parts)
    if (!read.success) continue
    const isDefault = metadata.annotations?.[DEFAULT_CLASS] === 'true'
    snapshotClasses.push({ name: metadata.name, ...read.data, isDefault })
  }
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
