import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { NamespaceDocument, ProjectDocument } from './client/schema.ts'
import type { Norman } from './client/norman.ts'
import { oddFinding } from './odd.ts'

/** A project of a cluster and what is in it. */
export interface RancherProject {
  /** `CLUSTER:p-…`. */
  readonly id: string
  readonly name: string
  /** Ascending; without those that are going. */
  readonly namespaces: readonly string[]
}

/** The projects of a cluster. */
export interface FoundProjects {
  readonly projects: readonly RancherProject[]
  /** `RANCHER.ODD`: what was listed and could not be read. */
  readonly findings: readonly Finding[]
}

/** Namespaces that projects stand for. */
export interface ProjectNamespaces {
  /** Ascending, each once. */
  readonly namespaces: readonly string[]
  /** Of {@link FoundProjects}: one of these could be a namespace that is left out. */
  readonly findings: readonly Finding[]
}

/**
 * The projects of one cluster with their namespaces, by name. The cluster must be there: the server asks it. Rejects with the
 * codes of `Norman.list`.
 */
export async function listProjects(api: Norman, clusterId: string, options: CallOptions): Promise<FoundProjects> {
  const [projects, namespaces] = await Promise.all([
    api.list('/projects', ProjectDocument, { ...options, filter: { clusterId } }),
    api.list(`/cluster/${encodeURIComponent(clusterId)}/namespaces`, NamespaceDocument, options),
  ])
  const found = projects.items
    .filter((project) => project.clusterId === clusterId)
    .map(({ id, name }) => ({
      id,
      name,
      namespaces: namespaces.items
        .filter((one) => one.projectId === id && one.state !== 'removing' && one.state !== 'removed')
        .map((one) => one.id)
        .toSorted(),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const findings = [
    ...projects.odd.filter((id) => id.startsWith(`${clusterId}:`)).map((id) => oddFinding('project', id)),
    ...namespaces.odd.map((id) => oddFinding('namespace', id)),
  ]
  return { projects: found, findings }
}

/**
 * The namespaces of these projects, by id (with or without the cluster) or name. Throws `RANCHER.PROJECT`, also for a project
 * of which no namespace is seen: a run of nothing would look like a good one.
 */
export function namespacesOfProjects(
  { projects, findings }: FoundProjects,
  wanted: readonly string[],
): ProjectNamespaces {
  const chosen = wanted.flatMap((one) => {
    const { id, name, namespaces } = chosenProject(projects, one)
    if (namespaces.length > 0) return namespaces
    throw new SalvageError('RANCHER.PROJECT', `the project "${name}" (${id}) has no namespace`, {
      why: 'there is none in it, or this token may not see it',
      ...(findings.length === 0 ? {} : { hint: findings.map(({ message }) => message).join('; ') }),
      untouched: true,
    })
  })
  return { namespaces: [...new Set(chosen)].toSorted(), findings }
}

function chosenProject(projects: readonly RancherProject[], wanted: string): RancherProject {
  const byId = projects.find(({ id }) => id === wanted || id.split(':')[1] === wanted)
  const [first, ...others] = byId === undefined ? projects.filter(({ name }) => name === wanted) : [byId]
  if (first === undefined)
    throw new SalvageError('RANCHER.PROJECT', `the cluster has no project "${wanted}"`, {
      why: 'it is not there, or this token may not see it',
      hint: projects.length === 0 ? 'this token sees none' : `it sees ${projects.map(({ name }) => name).join(', ')}`,
      untouched: true,
    })
  if (others.length > 0)
    throw new SalvageError('RANCHER.PROJECT', `the cluster has several projects "${wanted}"`, {
      hint: `say which one by its id: ${[first, ...others].map(({ id }) => id).join(', ')}`,
      untouched: true,
    })
  return first
}
