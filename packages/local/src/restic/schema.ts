import { z } from 'zod'

/** A line of `restic backup --json` that says how far it is. */
export interface BackupStatus {
  readonly message_type: 'status'
  readonly bytes_done?: number
  readonly files_done?: number
  readonly total_bytes?: number
}

/** The last line of `restic backup --json`. */
export interface BackupSummary {
  readonly message_type: 'summary'
  readonly total_files_processed: number
  readonly total_bytes_processed: number
  /** Compressed; absent before restic 0.16. */
  readonly data_added_packed?: number
  /** Whole since restic 0.15, the first eight digits before. */
  readonly snapshot_id: string
}

const status: z.ZodType<BackupStatus> = z.object({
  message_type: z.literal('status'),
  bytes_done: z.number().exactOptional(),
  files_done: z.number().exactOptional(),
  total_bytes: z.number().exactOptional(),
})

const summary: z.ZodType<BackupSummary> = z.object({
  message_type: z.literal('summary'),
  total_files_processed: z.number(),
  total_bytes_processed: z.number(),
  data_added_packed: z.number().exactOptional(),
  snapshot_id: z.string().regex(/^[0-9a-f]{8,64}$/),
})

/** What `backup` writes to its output that matters here. */
export const backupMessage: z.ZodType<BackupStatus | BackupSummary> = z.union([status, summary])

/** What is said of one file that could not be read, or of one that could not be restored. */
export interface ItemError {
  readonly message_type: 'error'
  readonly error: { readonly message?: string; readonly Op?: string; readonly Err?: number | object }
  readonly item?: string
}

/** On the error output; newer versions give a message, older ones the fields of an error of Go. */
export const itemError: z.ZodType<ItemError> = z.object({
  message_type: z.literal('error'),
  error: z.object({
    message: z.string().exactOptional(),
    Op: z.string().exactOptional(),
    Err: z.union([z.number(), z.looseObject({})]).exactOptional(),
  }),
  item: z.string().exactOptional(),
})

/** The last words of newer versions, on the error output. */
export interface ExitError {
  readonly message_type: 'exit_error'
  readonly message: string
}

export const exitError: z.ZodType<ExitError> = z.object({
  message_type: z.literal('exit_error'),
  message: z.string(),
})

/** A snapshot as `restic snapshots --json` lists it. */
export interface Snapshot {
  readonly id: string
  readonly time: string
  readonly hostname?: string
  readonly paths: readonly string[]
  readonly tags?: readonly string[] | null
  /** Since restic 0.17. */
  readonly summary?: {
    readonly total_bytes_processed: number
    readonly total_files_processed: number
    readonly data_added_packed?: number
  }
}

const snapshot: z.ZodType<Snapshot> = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  time: z.string(),
  hostname: z.string().exactOptional(),
  paths: z.array(z.string()),
  tags: z.array(z.string()).nullable().exactOptional(),
  summary: z
    .object({
      total_bytes_processed: z.number(),
      total_files_processed: z.number(),
      data_added_packed: z.number().exactOptional(),
    })
    .exactOptional(),
})

export const snapshots: z.ZodType<readonly Snapshot[]> = z.array(snapshot)

/** A lock of a repository. */
export interface Lock {
  readonly time: string
  readonly hostname: string
  readonly pid: number
  readonly exclusive: boolean
  readonly username?: string
}

export const lock: z.ZodType<Lock> = z.object({
  time: z.string(),
  hostname: z.string(),
  pid: z.int(),
  exclusive: z.boolean(),
  username: z.string().exactOptional(),
})
