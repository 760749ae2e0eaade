import type { CallOptions, Finding } from '@salvage-kit/core'
import { CLASS_PERMISSIONS, KINDS } from '@salvage-kit/k8s'
import type { Cluster } from '@salvage-kit/k8s'
import { z } from 'zod'

const classParts = z.looseObject({ deletionPolicy: z.string() })
const IS_DEFAULT = 'snapshot.storage.kubernetes.io/is-default-class'

/** That snapshots of this class go with their namespace, where classes may be read; an empty name is that of the default ones. */
export async function classFinding(cluster: Cluster, name: string, options: CallOptions): Promise<Finding | undefined> {
  if ((await cluster.missing('', CLASS_PERMISSIONS, options)).length > 0) return undefined
  for await (const one of cluster.list(KINDS.volumeSnapshotClass, {}, options)) {
    const isMeant = name === '' ? one.metadata.annotations?.[IS_DEFAULT] === 'true' : one.metadata.name === name
    if (!isMeant || classParts.safeParse(one).data?.deletionPolicy !== 'Delete') continue
    return {
      code: 'NS.CLASS_DELETES',
      message: `snapshots of class ${one.metadata.name} are lost with their namespace`,
      why: 'its deletionPolicy is Delete',
      hint: 'use a class with deletionPolicy: Retain',
    }
  }
  return undefined
}
