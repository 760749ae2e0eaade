import { z } from 'zod'

/** A cluster, as the management API knows it. */
export interface ClusterDocument {
  /** `local`, `c-…` or `c-m-…`. */
  readonly id: string
  readonly name: string
  readonly state: string
  readonly transitioningMessage: string
  readonly conditions: readonly Condition[]
}

/** One thing that is or is not so of a cluster. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** A project: namespaces of one cluster under a name. */
export interface ProjectDocument {
  /** `CLUSTER:p-…`. */
  readonly id: string
  readonly name: string
  readonly clusterId: string
}

/** A namespace of a cluster. */
export interface NamespaceDocument {
  /** Its name. */
  readonly id: string
  /** Empty where it belongs to none. */
  readonly projectId: string
  readonly state: string
}

/** A token, without its secret. */
export interface TokenDocument {
  readonly id: string
  /** It is the one that asks. */
  readonly current: boolean
  /** A time; empty: it never ends. */
  readonly expiresAt: string
}

// What the API may leave out it may also send as null.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const Condition = z.object({ type: z.string(), status: text, reason: text, message: text })

export const ClusterDocument: z.ZodType<ClusterDocument> = z.object({
  id: z.string(),
  name: text,
  state: text,
  transitioningMessage: text,
  conditions: z
    .array(Condition)
    .nullish()
    .transform((list) => list ?? []),
})

export const ProjectDocument: z.ZodType<ProjectDocument> = z.object({ id: z.string(), name: text, clusterId: text })

export const NamespaceDocument: z.ZodType<NamespaceDocument> = z.object({
  id: z.string(),
  projectId: text,
  state: text,
})

export const TokenDocument: z.ZodType<TokenDocument> = z.object({
  id: z.string(),
  current: z
    .boolean()
    .nullish()
    .transform((value) => value === true),
  expiresAt: text,
})
