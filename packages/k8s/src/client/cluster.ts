import type { CallOptions, Json } from '@salvage-kit/core'
import type { ResourceKind } from '../resource/kind.ts'
import type { Manifest, Metadata, Resource } from '../resource/resource.ts'
import type { ExecRequest, ExecSession } from './exec-session.ts'

/** Which object of a kind. */
export interface ObjectName {
  /** Absent for what is in no namespace. */
  readonly namespace?: string
  readonly name: string
}

/** Which objects of a kind. */
export interface ListScope {
  /** Absent: of all namespaces, which takes rights of the whole cluster. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** An object without its body. */
export interface MetadataOnly {
  readonly metadata: Metadata
}

/** How an object is changed. */
export type Patch =
  /** RFC 7386: `null` removes. */
  | { readonly type: 'merge'; readonly body: Json }
  /** RFC 6902; with a `test` operation it fails with `K8S.CONFLICT` when the object is not as it was read. */
  | { readonly type: 'json'; readonly body: readonly JsonPatchOperation[] }

/** One step of a JSON patch. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }

/** What a removal takes. */
export interface RemoveOptions extends CallOptions {
  /** Only this very object: another one of the name stays, and that is no error. */
  readonly uid?: string
  /** Only as it was read: rejects with `K8S.CONFLICT` when anything of it has changed. */
  readonly resourceVersion?: string
  /** Default: `Background`. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
}

/** A change of an object, as a watch tells of it. */
export interface ResourceEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: Resource
}

/** What may be done, as the cluster itself says. */
export interface Permission {
  readonly verb: string
  readonly group: string
  /** With its sub-resource, such as `pods/exec`. */
  readonly resource: string
  /** Only the object of this name; absent: any. */
  readonly name?: string
}

/**
 * The calls to a cluster that this package makes, and no others: what a fake implements. Every call honours `signal`,
 * repeats what is safe to repeat (429, 503, a lost connection; `Retry-After` honoured) and rejects with a `K8S.…` error that
 * names the verb, the object and the reason that the server gave: `K8S.FORBIDDEN`, `K8S.CONFLICT`, `K8S.EXISTS`,
 * `K8S.INVALID`, `K8S.NOT_FOUND` (of what must be there: a namespace, a pod with a log), `K8S.UNREACHABLE`, `K8S.BUSY`,
 * `K8S.UNAUTHORIZED`, `K8S.CREDENTIALS`, `K8S.NO_KIND` (the API does not serve it), `K8S.ANSWER`, `K8S.REFUSED` (any other).
 */
export interface Cluster extends AsyncDisposable {
  /** Where calls go, without secrets; for messages. */
  readonly server: string
  /** The namespace of the context or of the service account; `default` when neither says. */
  readonly namespace: string
  /** Undefined when there is none. */
  get(kind: ResourceKind, at: ObjectName, options: CallOptions): Promise<Resource | undefined>
  /** Page by page; starts over by itself when a page has expired, and then tells no object twice. */
  list(kind: ResourceKind, scope: ListScope, options: CallOptions): AsyncIterable<Resource>
  /** As `list`, without bodies and managed fields. */
  listMetadata(kind: ResourceKind, scope: ListScope, options: CallOptions): AsyncIterable<MetadataOnly>
  /** Rejects with `K8S.EXISTS` when the name is taken. A creation that was repeated and finds its own object resolves with it. */
  create(kind: ResourceKind, manifest: Manifest, options: CallOptions): Promise<Resource>
  /** Server-side apply by the field manager `salvage-kit`: makes it, or changes what is said and leaves the rest. */
  apply(kind: ResourceKind, manifest: Manifest, options: CallOptions): Promise<Resource>
  /** Undefined when there is none. `subresource` such as `scale` or `status`. */
  patch(
    kind: ResourceKind,
    at: ObjectName & { readonly subresource?: string },
    change: Patch,
    options: CallOptions,
  ): Promise<Resource | undefined>
  /** Resolves when the server took it (finalizers may still run), also when there is none. */
  remove(kind: ResourceKind, at: ObjectName, options: RemoveOptions): Promise<void>
  /**
   * Changes from the call on: `ready` first, when the watch stands. Goes on over ends and cuts by itself, from the last
   * event; throws `K8S.EXPIRED` when events may have been missed: list anew. Takes the rights to list and to watch.
   */
  watch(kind: ResourceKind, scope: ListScope, options: CallOptions): AsyncIterable<ResourceEvent | 'ready'>
  /**
   * The log of a container, line by line; as it comes with `follow`. It ends when the container does, or when the server ends
   * it: how the program ended the pod says. Rejects with `K8S.UNREACHABLE` when it was cut.
   */
  log(
    at: { readonly namespace: string; readonly pod: string; readonly container?: string; readonly follow?: boolean },
    options: CallOptions,
  ): AsyncIterable<string>
  /** Which of these this user may not do in that namespace; empty: of what is in no namespace, or in all of them. */
  missing(namespace: string, wanted: readonly Permission[], options: CallOptions): Promise<readonly Permission[]>
  /** The name of this user, as the cluster knows it; undefined where it does not tell (before 1.28). */
  whoami?(options: CallOptions): Promise<string | undefined>
  /** The newest version of a group's kind that the API serves among these; undefined when it serves none. */
  served(group: string, versions: readonly string[], options: CallOptions): Promise<string | undefined>
  /** Starts a program in a container. */
  exec(request: ExecRequest, options: CallOptions): Promise<ExecSession>
}
