import { SalvageError } from '@salvage-kit/core'
import type { Json } from '@salvage-kit/core'
import type { Cluster, ListScope, ObjectName, Patch } from '../src/client/cluster.ts'
import { apiVersionOf, type ResourceKind } from '../src/resource/kind.ts'
import type { Manifest, Resource } from '../src/resource/resource.ts'
import { patched } from './json-patch.ts'

/** What a call is about to do; it may throw instead. */
export interface FakeCall {
  readonly verb: 'get' | 'list' | 'create' | 'patch' | 'remove'
  readonly kind: ResourceKind
  readonly namespace?: string
  readonly name?: string
}

/** A cluster in memory: objects, labels, uids, patches with tests. No controllers, no logs, no pods to run something in. */
export interface FakeCluster extends Cluster {
  /** All calls so far. */
  readonly calls: readonly FakeCall[]
  /** Called before each call. */
  before: (call: FakeCall) => void | Promise<void>
  /** Called after each call that changed something, before its answer. */
  after: (call: FakeCall) => void | Promise<void>
  /** Puts an object there as it is, status and all; gives it a uid and a time when it has none. */
  readonly put: (kind: ResourceKind, resource: Resource) => Resource
  readonly all: (kind: ResourceKind) => readonly Resource[]
}

/** A refusal for lack of rights, as the real client makes it. */
export function forbidden({ verb, kind, namespace }: FakeCall): SalvageError {
  return new SalvageError('K8S.FORBIDDEN', `${verb} ${kind.plural} in ${namespace ?? 'all namespaces'}: not permitted`)
}

/** An empty one. */
export function fakeCluster(namespace = 'default'): FakeCluster {
  const store = new Map<string, Resource>()
  const calls: FakeCall[] = []
  let count = 0
  const put: FakeCluster['put'] = (kind, resource) => {
    count += 1
    const whole: Resource = {
      ...resource,
      metadata: {
        uid: `uid-${String(count)}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
        ...resource.metadata,
        resourceVersion: String(count),
      },
    }
    store.set(keyOf(kind, whole.metadata), whole)
    return whole
  }
  const told = async (call: FakeCall, signal: AbortSignal): Promise<FakeCall> => {
    signal.throwIfAborted()
    calls.push(call)
    await fake.before(call)
    return call
  }
  async function* list(kind: ResourceKind, scope: ListScope, signal: AbortSignal): AsyncGenerator<Resource> {
    await told({ verb: 'list', kind, ...scope }, signal)
    const prefix = `${kind.group} ${kind.plural} ${scope.namespace === undefined ? '' : `${scope.namespace} `}`
    for (const [key, resource] of store)
      if (key.startsWith(prefix) && selects(scope.labelSelector, resource.metadata.labels ?? {})) yield resource
  }
  const fake: FakeCluster = {
    server: 'fake',
    namespace,
    calls,
    before: () => undefined,
    after: () => undefined,
    put,
    all: (kind) => [...store].flatMap(([key, one]) => (key.startsWith(`${kind.group} ${kind.plural} `) ? one : [])),
    async get(kind, at, { signal }) {
      await told({ verb: 'get', kind, ...at }, signal)
      return store.get(keyOf(kind, at))
    },
    list: (kind, scope, { signal }) => list(kind, scope, signal),
    listMetadata: (kind, scope, { signal }) => list(kind, scope, signal),
    async create(kind, manifest: Manifest, { signal }) {
      const { name, namespace: where } = manifest.metadata
      const call = await told(
        { verb: 'create', kind, name, ...(where === undefined ? {} : { namespace: where }) },
        signal,
      )
      if (store.has(keyOf(kind, manifest.metadata))) throw new SalvageError('K8S.EXISTS', `${name} is taken`)
      const made = put(kind, { ...manifest, apiVersion: apiVersionOf(kind), kind: kind.kind })
      await fake.after(call)
      return made
    },
    apply: unsupported,
    async patch(kind, at, change: Patch, { signal }) {
      const call = await told({ verb: 'patch', kind, ...at }, signal)
      const found = store.get(keyOf(kind, at))
      if (found === undefined) return undefined
      const after = put(kind, patched(found, change))
      const { deletionTimestamp, finalizers = [] } = after.metadata
      if (deletionTimestamp !== undefined && finalizers.length === 0) store.delete(keyOf(kind, at))
      await fake.after(call)
      return after
    },
    async remove(kind, at, { signal, uid, resourceVersion }) {
      const call = await told({ verb: 'remove', kind, ...at }, signal)
      const found = store.get(keyOf(kind, at))
      if (found === undefined || (uid !== undefined && found.metadata.uid !== uid)) return
      if (resourceVersion !== undefined && found.metadata.resourceVersion !== resourceVersion)
        throw new SalvageError('K8S.CONFLICT', `${at.name} is not as it was read`)
      if ((found.metadata.finalizers ?? []).length === 0) store.delete(keyOf(kind, at))
      else put(kind, { ...found, metadata: { ...found.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' } })
      await fake.after(call)
    },
    watch: () => {
      throw new Error('no watches here')
    },
    log: () => {
      throw new Error('no logs here')
    },
    missing: async () => [],
    served: async () => undefined,
    exec: unsupported,
    async [Symbol.asyncDispose]() {},
  }
  return fake
}

function keyOf(kind: ResourceKind, at: ObjectName): string {
  return [kind.group, kind.plural, kind.namespaced ? (at.namespace ?? '') : '', at.name].join(' ')
}

async function unsupported(): Promise<never> {
  throw new Error('not in this fake')
}

/** `key`, `!key`, `key=value`, joined by commas. */
function selects(selector: string | undefined, labels: { readonly [key: string]: string }): boolean {
  return (selector ?? '')
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value] = term.replace(/^!/, '').split('=')
      if (term.startsWith('!')) return labels[key] === undefined
      return value === undefined ? labels[key] !== undefined : labels[key] === value
    })
}

/** A snapshot as the API gives it. */
export function snapshotOf(
  namespace: string,
  name: string,
  labels: { readonly [key: string]: string },
  status: Json = { readyToUse: true, creationTime: '2026-01-01T00:00:00Z' },
  metadata: Partial<Resource['metadata']> = {},
): Resource {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { namespace, name, labels, ...metadata },
    spec: { source: { persistentVolumeClaimName: labels['backup-ns.sh/pvc'] ?? 'data' } },
    status,
  }
}
