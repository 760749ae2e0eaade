import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Link } from './node/link.ts'
import { lastingFolder } from './place.ts'
import type { ClusterPlace } from './place.ts'

/** What another process has to know of a cluster to take hold of it. */
export interface RecordedCluster {
  readonly place: ClusterPlace
  /** Where there is a node. */
  readonly link?: Link
}

const NAME = 'cluster'

/** Leaves it in the cluster's folder. */
export function recordCluster(cluster: RecordedCluster): void {
  const { place, link } = cluster
  const text = [place.loopback, ...(link === undefined ? [] : [link.name, link.host, link.node])].join(' ')
  writeFileSync(join(place.folder, NAME), text)
}

/** The cluster that stays up, when the kubeconfig is that of its administrator. */
export function recordedCluster(kubeconfig: string): RecordedCluster | undefined {
  const folder = dirname(kubeconfig)
  const file = join(folder, NAME)
  if (folder !== lastingFolder() || basename(kubeconfig) !== 'admin.kubeconfig' || !existsSync(file)) return undefined
  const [loopback = '', name, host, node] = readFileSync(file, 'utf8').split(' ')
  const place = { folder, loopback, lasting: true }
  if (name === undefined || host === undefined || node === undefined) return { place }
  return { place, link: { name, host, node } }
}
