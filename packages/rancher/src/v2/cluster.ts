import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { ClusterDocument } from './client/schema.ts'
import type { Norman } from './client/norman.ts'
import { oddFinding } from './odd.ts'
import { awayFinding } from './reach.ts'

/** A cluster that a Rancher server manages. */
export interface RancherCluster {
  /** `local`, `c-…` or `c-m-…`. */
  readonly id: string
  /** As people call it; the id where nobody said. */
  readonly name: string
  /** Why it cannot be reached now; absent: calls may be tried. */
  readonly away?: Finding
}

/** What was listed. */
export interface FoundClusters {
  /** By their names. */
  readonly clusters: readonly RancherCluster[]
  /** `RANCHER.ODD`: what was listed and could not be read. */
  readonly findings: readonly Finding[]
}

/** The one that was asked for. */
export interface ChosenCluster extends RancherCluster {
  /** Of {@link FoundClusters}: one of these could have the same name. */
  readonly findings: readonly Finding[]
}

/** The clusters that this token may see. Rejects with the codes of `Norman.list`. */
export async function listClusters(api: Norman, options: CallOptions): Promise<FoundClusters> {
  const { items, odd } = await api.list('/clusters', ClusterDocument, options)
  const clusters = items
    .map((document) => {
      const away = awayFinding(document)
      const { id, name } = document
      return { id, name: name === '' ? id : name, ...(away === undefined ? {} : { away }) }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return { clusters, findings: odd.map((id) => oddFinding('cluster', id)) }
}

/** The one of this id, else the one of this name. Throws `RANCHER.CLUSTER`. */
export function chosenCluster({ clusters, findings }: FoundClusters, wanted: string): ChosenCluster {
  const byId = clusters.find(({ id }) => id === wanted)
  const [first, ...others] = byId === undefined ? clusters.filter(({ name }) => name === wanted) : [byId]
  if (first === undefined)
    throw new SalvageError('RANCHER.CLUSTER', `Rancher has no cluster "${wanted}"`, {
      why: 'it is not there, or this token may not see it',
      hint: [
        clusters.length === 0 ? 'this token sees no cluster at all' : `it sees ${clusters.map(labelOf).join(', ')}`,
        ...findings.map(({ message }) => message),
      ].join('; '),
      untouched: true,
    })
  if (others.length > 0)
    throw new SalvageError('RANCHER.CLUSTER', `Rancher has several clusters "${wanted}"`, {
      hint: `say which one by its id: ${[first, ...others].map(({ id }) => id).join(', ')}`,
      untouched: true,
    })
  return { ...first, findings: byId === undefined ? findings : [] }
}

function labelOf({ id, name }: RancherCluster): string {
  return id === name ? id : `${name} (${id})`
}
