import { z } from 'zod'

/** The Kubernetes API server of a cluster, and how the server's agent is known there. */
const Upstream = z.object({ server: z.string(), ca: z.string(), token: z.string() })

const Cluster = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string().default('active'),
  transitioningMessage: z.string().default(''),
  /** Absent: `Connected` and `Ready`, both as `agent` is. */
  conditions: z
    .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }).partial())
    .optional(),
  /** Whether its agent is connected, whatever the document says; `unprovisioned`: there has never been one. */
  agent: z.enum(['connected', 'disconnected', 'unprovisioned']).default('connected'),
  /** How long the proxy waits for an agent that is away. Servers wait 20 to 40 seconds. */
  waitMs: z.number().default(30_000),
  /** Absent: it tells its version and has nothing else. */
  upstream: Upstream.optional(),
  projects: z
    .array(
      z.object({
        /** `p-…`. */
        id: z.string(),
        name: z.string(),
        namespaces: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  /** Namespaces of no project, and those that are going. */
  otherNamespaces: z.array(z.object({ name: z.string(), state: z.string().default('active') })).default([]),
})

const Token = z.object({
  /** The whole of it: `token-…:SECRET`, `kubeconfig-u-…:SECRET`, `ext/token-…:SECRET`. */
  bearer: z.string(),
  /** It is of use for one cluster only. */
  clusterId: z.string().optional(),
  /** Absent: it sees all of them. */
  sees: z.array(z.string()).optional(),
  expiresAt: z.string().default(''),
})

/** What a Rancher 2 server holds. */
export const World = z.object({
  clusters: z.array(Cluster),
  tokens: z.array(Token),
  /** The setting `cacerts`. */
  cacerts: z.string().default(''),
  /** The most that one page holds. */
  pageLimit: z.number().default(10_000),
})

export type World = z.infer<typeof World>
export type WorldInput = z.input<typeof World>
export type SimulatedCluster = z.infer<typeof Cluster>
export type SimulatedToken = z.infer<typeof Token>
