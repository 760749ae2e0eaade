import { failedCall } from '../error.ts'
import type { OwnerReference, Resource } from '../resource/resource.ts'
import { controllerOf, projectOf } from './pod.ts'
import type { PodSpecBody } from './schema.ts'
import { ControllerBody } from './schema.ts'
import type { WorkloadName } from './workload-id.ts'

/** What is known of a Deployment or StatefulSet. */
export interface Controller extends WorkloadName {
  readonly uid: string
  readonly version: string
  /** Counts the changes of what it should be. */
  readonly generation: number
  readonly observed: number
  readonly replicas: number
  readonly ready: number
  /** Of its pods, as lists take it. */
  readonly selector: string
  /** Its own, and those of its pods where it has none of the key. */
  readonly annotations: Readonly<Record<string, string>>
  readonly template: PodSpecBody
  /** What the names of its claims begin with: `TEMPLATE-NAME-`. */
  readonly claimPrefixes: readonly string[]
  readonly owner?: OwnerReference
  readonly project?: string
  /** Its pods end one after the other. */
  readonly ordered: boolean
  /** Its claims are removed with its pods when it is scaled down. */
  readonly deletesClaims: boolean
}

/** Reads one of the API. Throws `K8S.ANSWER`. */
export function controller(kind: string, resource: Resource): Controller {
  const { metadata } = resource
  const { name, namespace = '', uid = '', resourceVersion = '', annotations = {} } = metadata
  const read = ControllerBody.safeParse(resource)
  if (!read.success)
    throw failedCall('K8S.ANSWER', { verb: 'read', subject: `${kind} ${namespace}/${name}` }, 'not understood', {
      why: read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    })
  const { spec, status } = read.data
  const owner = controllerOf(metadata)
  return {
    namespace,
    kind,
    name,
    uid,
    version: resourceVersion,
    generation: read.data.metadata.generation,
    observed: status.observedGeneration,
    replicas: spec.replicas,
    ready: status.readyReplicas,
    selector: selectorText(spec.selector),
    annotations: { ...spec.template.metadata.annotations, ...annotations },
    template: spec.template.spec,
    claimPrefixes: spec.volumeClaimTemplates.map((one) => `${one.metadata.name}-${name}-`),
    ...(owner === undefined ? {} : { owner }),
    ...projectOf(metadata),
    ordered: kind === 'statefulset' && spec.podManagementPolicy !== 'Parallel',
    deletesClaims: spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete',
  }
}

function selectorText({ matchLabels, matchExpressions }: ControllerBody['spec']['selector']): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...labels, ...expressions].join(',')
}
