import type { Permission } from '../client/cluster.ts'

const READ = [
  ['', 'pods', ['list', 'get', 'watch']],
  ['', 'persistentvolumeclaims', ['list', 'get']],
  ['apps', 'deployments', ['list']],
  ['apps', 'statefulsets', ['list']],
  ['apps', 'replicasets', ['list']],
] as const

/** What discovery takes: rights to read in each of its namespaces. Which cluster it is it tells without a right. */
export const DISCOVERY_PERMISSIONS: readonly Permission[] = READ.flatMap(([group, resource, verbs]) =>
  verbs.map((verb) => ({ verb, group, resource })),
)
