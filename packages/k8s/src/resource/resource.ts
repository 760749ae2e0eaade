import type { Json, JsonObject } from '@salvage-kit/core'

/** What tells an object of a cluster from all others of its kind, and what is written on it. As the API has it. */
export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  /** ISO 8601 in UTC, whole seconds. */
  readonly creationTimestamp?: string
  /** Set: it is being removed and waits for its finalizers. */
  readonly deletionTimestamp?: string
  readonly labels?: { readonly [key: string]: string }
  readonly annotations?: { readonly [key: string]: string }
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
}

/** Who owns an object: it goes when its owner goes. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/**
 * An object as the API gives it: plain JSON, nothing dropped that this program does not know. What is read from `spec` and
 * `status` goes through a schema beside its reader.
 */
export interface Resource {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec?: Json
  readonly status?: Json
  /** Other top-level parts, such as the `data` of a ConfigMap. */
  readonly [part: string]: unknown
}

/** An object to be made, or what is to be applied to one: metadata without what the server gives. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Pick<Metadata, 'name' | 'namespace' | 'labels' | 'annotations' | 'ownerReferences' | 'finalizers'>
  readonly [part: string]: Json | JsonObject | Manifest['metadata']
}
