import type { Json, JsonObject } from '@salvage-kit/core'
import { z } from 'zod'
import type { OwnerReference } from '../resource/resource.ts'

/** A claim as it is made anew: what the user wrote, without what the cluster wrote. */
export type ClaimBody = {
  readonly labels: { readonly [key: string]: string }
  readonly annotations: { readonly [key: string]: string }
  readonly ownerReferences: readonly (OwnerReference & JsonObject)[]
  readonly spec: JsonObject
  /** A quantity: of its request and its volume the larger. */
  readonly size: string
}

/** A snapshot of the namespace. */
export type NamedSnapshot = {
  readonly name: string
  readonly uid: string
}

/** An exchange of a claim: all that another process needs to go on, forward or back. */
export type ExchangeToken = {
  readonly version: 1
  readonly namespace: string
  readonly name: string
  /** Of the claim that stands there when it begins. */
  readonly uid: string
  readonly runId: string
  readonly claim: ClaimBody
  /** Its class makes the volume when a pod comes: nobody waits for it before. */
  readonly waits: boolean
  /** Of the cuts; absent: the default one of the driver. */
  readonly snapshotClass?: string
  /** The new content; absent: it is lowered into a claim beside. */
  readonly point?: NamedSnapshot
}

const json: z.ZodType<Json> = z.json()

const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
})

const exchangeToken: z.ZodType<ExchangeToken> = z.object({
  version: z.literal(1),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  runId: z.string(),
  claim: z.object({
    labels: z.record(z.string(), z.string()),
    annotations: z.record(z.string(), z.string()),
    ownerReferences: z.array(ownerReference),
    spec: z.record(z.string(), json),
    size: z.string(),
  }),
  waits: z.boolean(),
  snapshotClass: z.string().exactOptional(),
  point: z.object({ name: z.string(), uid: z.string() }).exactOptional(),
})

/** A token read back. */
export function readExchange(token: Json): ExchangeToken {
  return exchangeToken.parse(token)
}
