import { SalvageError } from '@salvage-kit/core'
import { apiVersionOf } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'

/** Where in the API: all of a kind, all of it in a namespace, one object, or a part of one. */
export interface ApiPlace {
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
}

/** The path of a place, every part encoded. Throws `K8S.INVALID` for a name that would lead to another place. */
export function pathOf(kind: ResourceKind, { namespace, name, subresource }: ApiPlace): string {
  if (kind.namespaced && namespace === undefined && name !== undefined)
    throw new Error(`bug: the namespace of the ${kind.kind} ${name} is not said`)
  const parts = [kind.group === '' ? 'api' : 'apis', ...apiVersionOf(kind).split('/')]
  if (kind.namespaced && namespace !== undefined) parts.push('namespaces', namespace)
  parts.push(kind.plural)
  if (name !== undefined) parts.push(name)
  if (subresource !== undefined) parts.push(subresource)
  return `/${parts.map((part) => segment(part)).join('/')}`
}

/** The kind, the namespace and the name, as messages say them. */
export function subjectOf(kind: ResourceKind, { namespace, name, subresource }: ApiPlace): string {
  const where = name === undefined ? `of ${namespace ?? 'all namespaces'}` : [namespace, name].filter(Boolean).join('/')
  return `${kind.kind} ${kind.namespaced || name !== undefined ? where : 'of the cluster'}${
    subresource === undefined ? '' : ` (${subresource})`
  }`
}

/** One part of a path, encoded. Throws `K8S.INVALID` for a name that the API could not have given. */
export function segment(part: string): string {
  if (part === '' || part === '.' || part === '..' || /[/%]/.test(part))
    throw new SalvageError('K8S.INVALID', `"${part}" is no name of Kubernetes`, {
      hint: 'a name is not empty, not "." or "..", and has neither "/" nor "%"',
      untouched: true,
    })
  return encodeURIComponent(part)
}
