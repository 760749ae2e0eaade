import type { JsonObject } from '../json.ts'
import type { Reference } from '../target/reference.ts'

/**
 * Where a crane puts archives, or where a keeper keeps snapshots, as data: it stands in plans and journals and works in
 * another process.
 * Secrets never stand in it, only the places where they are (a password file).
 */
export interface Store {
  /** `archive:/backups`, `restic:/repo`, `crane:NAME`, `csi:CLASS`. */
  readonly ref: Reference
  /** The id of the crane or the keeper that serves it. */
  readonly crane: string
  readonly settings: JsonObject
}
