import * as z from 'zod'
import type { Json } from '@salvage-kit/core'
import type { Metadata, Resource } from '../resource/resource.ts'

/** How the API tells a failure. */
export interface Status {
  readonly reason?: string | undefined
  readonly message?: string | undefined
  readonly code?: number | undefined
  readonly metadata?: { readonly continue?: string | undefined } | undefined
  readonly details?: StatusDetails | undefined
}

/** What a failure is about. */
interface StatusDetails {
  readonly name?: string | undefined
  readonly kind?: string | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly causes?: readonly unknown[] | undefined
}

export const Status: z.ZodType<Status> = z.object({
  reason: z.string().optional(),
  message: z.string().optional(),
  code: z.number().optional(),
  metadata: z.object({ continue: z.string().optional() }).optional(),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.unknown()).optional(),
    })
    .optional(),
})

const Texts = z.record(z.string(), z.string())

const OwnerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
})

/** Managed fields are left out: they are most of the bytes of an object, and nobody here reads them. */
const AnyMetadata = z
  .looseObject({
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
  .transform((metadata) => {
    delete metadata['managedFields']
    return metadata
  })

/** It came out of `JSON.parse`; what is in it is for its readers to check. */
const AnyJson = z.custom<Json>(() => true)

/** An object of any kind. */
export const AnyResource: z.ZodType<Resource> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: AnyMetadata,
  spec: AnyJson.exactOptional(),
  status: AnyJson.exactOptional(),
})

/** An object of a list of metadata. */
export const OnlyMetadata: z.ZodType<{ readonly metadata: Metadata }> = z.object({ metadata: AnyMetadata })

/** A page of a list. */
export interface Page {
  readonly metadata: { readonly resourceVersion?: string | undefined; readonly continue?: string | undefined }
  readonly items: readonly unknown[]
}

export const Page: z.ZodType<Page> = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
})

/** A line of a watch. */
export interface WatchLine {
  readonly type: 'ADDED' | 'BOOKMARK' | 'DELETED' | 'ERROR' | 'MODIFIED'
  readonly object?: unknown
}

export const WatchLine: z.ZodType<WatchLine> = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})

/** Where a bookmark says that the watch is. */
export const Bookmark: z.ZodType<{ readonly metadata: { readonly resourceVersion: string } }> = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
})
