import type { Authorization } from '../client/line.ts'

/** How a cluster is reached: plain Kubernetes, at an address of the Rancher server. Holds no secret. */
export interface ClusterConnection {
  readonly clusterId: string
  /** `https://RANCHER/k8s/clusters/ID`. */
  readonly server: string
  /** In PEM; absent: the system knows it. */
  readonly ca?: string
  /** The header of the token of now. Rejects with `RANCHER.TOKEN`. */
  readonly authorization: Authorization
}
