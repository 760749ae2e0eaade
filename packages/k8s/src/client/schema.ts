import { z } from 'zod'
import type { Json } from '@salvage-kit/core'

/** How the API tells a failure. */
export const Status = z.object({
  reason: z.string().optional(),
  message: z.string().optional(),
  code: z.number().optional(),
  metadata: z.object({ continue: z.string().optional() }).optional(),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.object({ reason: z.string().optional(), field: z.string().optional() })).optional(),
    })
    .optional(),
})
export type Status = z.infer<typeof Status>

const Texts = z.record(z.string(), z.string())

const OwnerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
})

const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  resourceVersion: z.string().exactOptional(),
  creationTimestamp: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  labels: Texts.exactOptional(),
  annotations: Texts.exactOptional(),
  finalizers: z.array(z.string()).exactOptional(),
  ownerReferences: z.array(OwnerReference).exactOptional(),
})

/** It came out of `JSON.parse`; what is in it is for its readers to check. */
const AnyJson = z.custom<Json>(() => true)

/** An object of any kind. */
export const AnyResource = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: Metadata,
  spec: AnyJson.exactOptional(),
  status: AnyJson.exactOptional(),
})

/** An object of a list of metadata. */
export const AnyMetadata = z.object({ metadata: Metadata })

/** A page of a list. */
export const Page = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
})

/** A line of a watch. */
export const WatchLine = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})

/** Where a bookmark says the watch is. */
export const Bookmark = z.object({ metadata: z.object({ resourceVersion: z.string() }) })

/** The answer to a review of the rules of a user in a namespace. */
export const RulesReview = z.object({
  status: z.object({
    incomplete: z.boolean().optional(),
    resourceRules: z
      .array(
        z.object({
          verbs: z.array(z.string()),
          apiGroups: z.array(z.string()).nullish(),
          resources: z.array(z.string()).nullish(),
          resourceNames: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
  }),
})
export type ResourceRule = NonNullable<z.infer<typeof RulesReview>['status']['resourceRules']>[number]

/** The answer to the question whether one thing is permitted. */
export const AccessReview = z.object({ status: z.object({ allowed: z.boolean() }) })

/** The versions of a group. */
export const ApiGroup = z.object({ versions: z.array(z.object({ version: z.string() })) })

/** The versions of the core group. */
export const ApiVersions = z.object({ versions: z.array(z.string()) })
