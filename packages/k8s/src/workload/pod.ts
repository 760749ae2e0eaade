import { failedCall } from '../error.ts'
import type { Metadata, OwnerReference, Resource } from '../resource/resource.ts'
import { CUT } from '../snapshot/key.ts'
import type { PodSpecBody } from './schema.ts'
import { PodBody } from './schema.ts'

/** What is known of a pod, and no more: thousands are held at once. */
export interface Pod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly version: string
  readonly annotations: Readonly<Record<string, string>>
  readonly project?: string
  readonly owner?: OwnerReference
  /** Names of the claims that it mounts, read-only ones too. */
  readonly claims: readonly string[]
  /** In their order; those that only begin are left out. */
  readonly containers: readonly string[]
  /** By name: the containers that run, with their ids. */
  readonly running: ReadonlyMap<string, string>
  readonly restarts: number
  /** May write, now or later: it has not ended for good. */
  readonly live: boolean
  /** Is being removed; there until its containers have ended and its volumes are let go. */
  readonly going: boolean
  /** Made by this program for a copy. */
  readonly own: boolean
}

const INSTANCE = 'app.kubernetes.io/instance'

/** Reads a pod of the API. Throws `K8S.ANSWER`. */
export function podOf(resource: Resource): Pod {
  const { metadata } = resource
  const { name, namespace = '', uid = '', resourceVersion = '', annotations = {} } = metadata
  const read = PodBody.safeParse(resource)
  if (!read.success)
    throw failedCall('K8S.ANSWER', { verb: 'read', subject: `Pod ${namespace}/${name}` }, 'not understood', {
      why: read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    })
  const { spec, status } = read.data
  const statuses = [...status.initContainerStatuses, ...status.containerStatuses]
  const owner = controllerOf(metadata)
  return {
    namespace,
    name,
    uid,
    version: resourceVersion,
    annotations,
    ...projectOf(metadata),
    ...(owner === undefined ? {} : { owner }),
    claims: claimsIn(spec, name),
    containers: spec.containers.map((container) => container.name),
    running: new Map(
      statuses.flatMap((one) => (one.state.running === undefined ? [] : [[one.name, one.containerID] as const])),
    ),
    restarts: statuses.reduce((sum, one) => sum + one.restartCount, 0),
    live: status.phase !== 'Succeeded' && status.phase !== 'Failed',
    going: metadata.deletionTimestamp !== undefined,
    own: metadata.labels?.[CUT.runId] !== undefined,
  }
}

/** The claims of a pod of this name; one that is made for the pod alone bears both names. */
export function claimsIn({ volumes }: PodSpecBody, pod: string): readonly string[] {
  return volumes.flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName
    return ephemeral === undefined ? [] : `${pod}-${name}`
  })
}

/** Who owns an object and acts on it. */
export function controllerOf({ ownerReferences = [] }: Metadata): OwnerReference | undefined {
  return ownerReferences.find(({ controller }) => controller === true)
}

/** A claim that this program made of a snapshot to read it. One that it made to stay is like any other. */
export function isExposure({ labels = {} }: Metadata): boolean {
  return labels[CUT.role] === 'exposure'
}

/** What groups objects for people: the instance of an application, as Helm and others label it. */
export function projectOf({ labels = {}, namespace = '' }: Metadata): { readonly project?: string } {
  const instance = labels[INSTANCE]
  return instance === undefined || instance === '' ? {} : { project: `${namespace}/${instance}` }
}
