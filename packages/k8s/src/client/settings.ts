/** An API server that is known without a kubeconfig, such as one behind a proxy. */
export interface GivenServer {
  /** `https://host:port`, perhaps with a path; no slash at the end, no secrets. */
  readonly server: string
  /** Certificate authorities in PEM, instead of those of the system. */
  readonly ca?: string
  /** Gives the header that says who asks; asked for anew when it is older than some seconds, or was refused. */
  readonly authorization: () => Promise<string>
}

/** Which cluster, as whom. */
export interface ConnectSettings {
  /** Goes before every kubeconfig and the service account of this pod. */
  readonly given?: GivenServer
  /** Path of a kubeconfig. Default: those that `KUBECONFIG` lists, else `~/.kube/config`, else the service account of this pod. */
  readonly kubeconfig?: string
  /** A context of the kubeconfig. Default: the current one. */
  readonly context?: string
  /** Default: that of the context or of the service account, else `default`. */
  readonly namespace?: string
  /** Where `KUBECONFIG`, `HOME` and the address that a pod is given (`KUBERNETES_SERVICE_HOST`, `…_PORT`) are read. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where a pod finds its token. Default: `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly serviceAccountDirectory?: string
  /**
   * How long a call is repeated while the server is away or busy, in milliseconds. Default: 60 seconds, as long as an API
   * server takes to be replaced, and 10 seconds until it has answered once: it may be the wrong address.
   */
  readonly patienceMs?: number
  /** How long the server may say nothing during a call, in milliseconds. Default: 60 seconds, the limit of the server itself. */
  readonly answerTimeoutMs?: number
}

/** Of calls, log streams and watches aside: these hold a connection each as long as they are read. */
export const MOST_CONNECTIONS = 16
