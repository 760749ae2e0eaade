import { z } from 'zod'
import { reference } from '@salvage-kit/core'
import type { Finding, Reference, TargetRef } from '@salvage-kit/core'
import type { Written } from './checksum.ts'

/**
 * The version of the layout of a store, and of what stands in it, that this package writes; it reads all before. Version
 * 2 has a CRC of the data in place of a SHA-256, and `blocksSha256` in the manifest for files with long holes.
 */
export const ARCHIVE_VERSION = 2

/** The settings of an archive store. */
export const storeSettings: z.ZodType<{ readonly directory: string }> = z.strictObject({
  directory: z.string().startsWith('/'),
})

/** The file that makes a directory an archive store. A later version may hold more. */
export const storeMarker: z.ZodType<{ readonly format: 'salvage-archive'; readonly version: number }> = z.object({
  format: z.literal('salvage-archive'),
  version: z.int().positive(),
})

/** What is known of one archive without reading it: `point.json`. Times are ISO 8601 in UTC. */
export interface PointFile {
  readonly format: 'salvage-archive-point'
  readonly version: 1 | typeof ARCHIVE_VERSION
  readonly id: string
  readonly target: TargetRef
  /** The time of its run. */
  readonly takenAt: string
  /** When the copy was really begun and when it was whole. */
  readonly begunAt: string
  readonly endedAt: string
  readonly machine: string
  readonly runId: string
  readonly liftId: string
  readonly tide?: string
  /** Made while everything ran: no restore point. */
  readonly warm?: true
  /** This package and the tar, with their versions. */
  readonly madeBy: string
  readonly state: 'good' | 'partial'
  readonly findings: readonly Finding[]
  /** Sockets hold no data and are not archived. */
  readonly socketsSkipped: number
  /** Of the files' content, with their holes. */
  readonly bytes: number
  /** Of the tar stream. */
  readonly streamBytes: number
  readonly storedBytes: number
  /** All paths but directories. */
  readonly files: number
  /** All paths. */
  readonly entries: number
  readonly data: Written
  readonly manifest: Written
}

const count = z.int().nonnegative()
const written = z.union([
  z.object({ bytes: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ bytes: count, crc32: z.string().regex(/^[0-9a-f]{8}$/) }),
])
const finding = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().exactOptional(),
  hint: z.string().exactOptional(),
})
const target = z.string().transform((text, context): Reference => {
  try {
    return reference(text)
  } catch (error) {
    context.addIssue(String(error))
    return z.NEVER
  }
})

/** Reads a `point.json`. */
export const pointFile: z.ZodType<PointFile> = z.object({
  format: z.literal('salvage-archive-point'),
  version: z.literal([1, ARCHIVE_VERSION]),
  id: z.string(),
  target,
  takenAt: z.iso.datetime(),
  begunAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  machine: z.string(),
  runId: z.string(),
  liftId: z.string(),
  tide: z.string().exactOptional(),
  warm: z.literal(true).exactOptional(),
  madeBy: z.string(),
  state: z.enum(['good', 'partial']),
  findings: z.array(finding),
  socketsSkipped: count,
  bytes: count,
  streamBytes: count,
  storedBytes: count,
  files: count,
  entries: count,
  data: written,
  manifest: written,
})
