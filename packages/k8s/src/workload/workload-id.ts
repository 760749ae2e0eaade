import type { TargetRef } from '@salvage-kit/core'
import { KINDS } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'

/** Which workload: a controller, or a pod that has none. */
export interface WorkloadName {
  readonly namespace: string
  /** In lower case: `deployment`, `statefulset`, `pod`, `daemonset`, `job`, or the kind of whatever owns the pods. */
  readonly kind: string
  readonly name: string
}

/** `k8s:NAMESPACE/KIND/NAME`. */
export function workloadId({ namespace, kind, name }: WorkloadName): string {
  return `k8s:${namespace}/${kind}/${name}`
}

/** Reads a {@link workloadId} back; undefined when it is none. */
export function parseWorkloadId(id: string): WorkloadName | undefined {
  const [, namespace, kind, name] = /^k8s:([^/]+)\/([^/]+)\/([^/]+)$/.exec(id) ?? []
  return namespace === undefined || kind === undefined || name === undefined ? undefined : { namespace, kind, name }
}

/** For messages: `deployment shop/web`. */
export function nameOf({ namespace, kind, name }: WorkloadName): string {
  return `${kind} ${namespace}/${name}`
}

/** The kind that can be told how many pods to have; undefined for every other. */
export function scalable(kind: string): ResourceKind | undefined {
  if (kind === 'deployment') return KINDS.deployment
  return kind === 'statefulset' ? KINDS.statefulSet : undefined
}

/** The reference of a claim. */
export function claimRef(namespace: string, name: string): TargetRef {
  return `k8s:${namespace}/${name}`
}
