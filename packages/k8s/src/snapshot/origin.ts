import type { ClaimSource } from '@salvage-kit/core'
import type { Metadata } from '../resource/resource.ts'

/** Where the volume of a claim comes from, as the cluster has noted it on the claim itself. */
export interface ClaimOrigin {
  /** What has made it: the driver's name. */
  readonly provisioner?: string
  /** The cluster has bound it to a volume that was there before. */
  readonly found?: true
}

const PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
/** Of clusters before 1.23. */
const FORMER = 'volume.beta.kubernetes.io/storage-provisioner'
const BOUND = 'pv.kubernetes.io/bind-completed'
const MIGRATED = 'pv.kubernetes.io/migrated-to'

/** Directories of nodes, which no CSI driver serves. */
const DIRECTORIES: ReadonlySet<string> = new Set([
  'docker.io/hostpath',
  'k8s.io/minikube-hostpath',
  'microk8s.io/hostpath',
  'openebs.io/local',
  'rancher.io/local-path',
])

/** Reads it. Whoever may read a claim may read this: it takes no right to look at volumes or classes. */
export function originOf({ annotations = {} }: Metadata): ClaimOrigin {
  const provisioner = annotations[MIGRATED] ?? annotations[PROVISIONER] ?? annotations[FORMER]
  if (provisioner !== undefined && provisioner !== '') return { provisioner }
  return annotations[BOUND] === undefined ? {} : { found: true }
}

/**
 * Why no CSI driver can cut this; undefined when one may. A volume that somebody made by hand may be of a CSI driver all the
 * same, which only who made it knows: then the annotation is for them to write.
 */
export function uncuttable({ provisioner, found }: ClaimOrigin, { namespace, name }: ClaimSource): string | undefined {
  if (provisioner !== undefined)
    return provisioner.startsWith('kubernetes.io/') || DIRECTORIES.has(provisioner)
      ? `its volume is of ${provisioner}, which is no CSI driver`
      : undefined
  if (found === undefined) return undefined
  return (
    'its volume was made by hand, and nothing says that a CSI driver serves it; ' +
    `if one does: kubectl -n ${namespace} annotate pvc ${name} ${PROVISIONER}=DRIVER`
  )
}
