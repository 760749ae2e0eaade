import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { NamespaceDocument, ProjectDocument } from './client/schema.ts'
import type { Norman } from './client/norman.ts'

/** A project of a cluster and what is in it. */
export interface RancherProject {
  /** `CLUSTER:p-…`. */
  readonly id: string
  readonly name: string
  /** Ascending; without those that are going. */
  readonly namespaces: readonly string[]
}

/**
 * The projects of one cluster with their namespaces, by name. The cluster must be there: the server asks it. Rejects with the
 * codes of `Norman.list`.
 */
export async function listProjects(
  api: Norman,
  clusterId: string,
  options: CallOptions,
): Promise<readonly RancherProject[]> {
  const [projects, namespaces] = await Promise.all([
    api.list('/projects', ProjectDocument, { ...options, filter: { clusterId } }),
    api.list(`/cluster/${encodeURIComponent(clusterId)}/namespaces`, NamespaceDocument, options),
  ])
  return projects.items
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
}

/** The namespaces of these projects, by id (with or without the cluster) or name. Throws `RANCHER.PROJECT`. */
export function namespacesOfProjects(
  projects: readonly RancherProject[],
  wanted: readonly string[],
): readonly string[] {
  const chosen = wanted.flatMap((one) => chosenProject(projects, one).namespaces)
  return [...new Set(chosen)].toSorted()
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
