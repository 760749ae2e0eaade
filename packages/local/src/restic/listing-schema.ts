import { z } from 'zod'

/** The first line of `restic ls --json`. */
export interface ListedSnapshot {
  readonly struct_type: 'snapshot'
  readonly paths: readonly string[]
}

export const listedSnapshot: z.ZodType<ListedSnapshot> = z.object({
  struct_type: z.literal('snapshot'),
  paths: z.array(z.string()),
})

/** Every other line of it: one entry. Bytes of a name that are no UTF-8 are replaced by U+FFFD. */
export interface ListedNode {
  readonly struct_type: 'node'
  readonly type: string
  readonly path: string
  readonly uid: number
  readonly gid: number
  readonly size?: number
  /** Go's file mode: the low nine bits are the permissions. */
  readonly mode: number
  readonly mtime: string
}

export const listedNode: z.ZodType<ListedNode> = z.object({
  struct_type: z.literal('node'),
  type: z.string(),
  path: z.string(),
  uid: z.number(),
  gid: z.number(),
  size: z.number().exactOptional(),
  mode: z.number(),
  mtime: z.string(),
})

/** Progress of `restic restore --json`, since restic 0.16. */
export interface RestoreStatus {
  readonly message_type: 'status'
  readonly bytes_restored: number
  readonly files_restored: number
  readonly total_bytes: number
}

export const restoreStatus: z.ZodType<RestoreStatus> = z.object({
  message_type: z.literal('status'),
  bytes_restored: z.number().default(0),
  files_restored: z.number().default(0),
  total_bytes: z.number().default(0),
})
