import { isDeepStrictEqual } from 'node:util'
import { SalvageError } from '@salvage-kit/core'
import type { Patch } from '../src/client/cluster.ts'
import type { Resource } from '../src/resource/resource.ts'

/** An object after a patch, as the API server makes it; `K8S.CONFLICT` for a test that does not fit. */
export function patched(resource: Resource, change: Patch): Resource {
  const copy: Resource = structuredClone(resource)
  if (change.type === 'merge') {
    const { resourceVersion: version, uid } = record(record(change.body)?.['metadata']) ?? {}
    if (uid !== undefined && uid !== resource.metadata.uid)
      throw new SalvageError('K8S.INVALID', `${resource.metadata.name}: a uid never changes`)
    if (version !== undefined && version !== resource.metadata.resourceVersion)
      throw new SalvageError('K8S.CONFLICT', `${resource.metadata.name} is not as it was read`)
    merge(asRecord(copy), change.body)
    return copy
  }
  for (const step of change.body) {
    const path = step.path
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = path.pop() ?? ''
    const parent = path.reduce<Record<string, unknown> | undefined>((at, part) => record(at?.[part]), asRecord(copy))
    const conflict = new SalvageError('K8S.CONFLICT', `${step.op} ${step.path} does not fit`)
    if (parent === undefined) throw conflict
    switch (step.op) {
      case 'test':
        if (!isDeepStrictEqual(parent[last], step.value)) throw conflict
        break
      case 'add':
        parent[last] = step.value
        break
      case 'replace':
        if (!(last in parent)) throw conflict
        parent[last] = step.value
        break
      case 'remove':
        if (!(last in parent)) throw conflict
        delete parent[last]
        break
    }
  }
  return copy
}

function merge(into: Record<string, unknown>, body: unknown): void {
  for (const [key, value] of Object.entries(record(body) ?? {})) {
    const inner = record(value)
    if (value === null) delete into[key]
    else if (inner === undefined) into[key] = value
    else {
      const below = record(into[key]) ?? {}
      into[key] = below
      merge(below, inner)
    }
  }
}

function asRecord(value: object): Record<string, unknown> {
  return record(value) ?? {}
}

function record(value: unknown): Record<string, unknown> | undefined {
  return isRecord(value) ? value : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
