/** The first byte of each message of `v4.channel.k8s.io` and `v5.channel.k8s.io`. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const

/** Knows the end of stdin: `[255, 0]`. Served from Kubernetes 1.30 on. */
export const V5 = 'v5.channel.k8s.io'

/** As v5, but stdin can only end with the connection. */
export const V4 = 'v4.channel.k8s.io'
