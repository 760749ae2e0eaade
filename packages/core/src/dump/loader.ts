import type { Readable } from 'node:stream'
import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'

/** A file of a dump that lies on this machine. */
export interface StoredDump {
  /** As the dump named it. */
  readonly name: string
  /** Opens it anew, from its begin, each time. */
  open(): Readable
}

/** A database that takes a dump. */
export interface LoadPlace {
  /** What it runs in, as a survey names workloads: nobody brings it to rest while a dump is loaded. */
  readonly workload?: string
}

/** A dump that is whole and goes into its database. */
export interface CheckedDump {
  /** What whoever finds the load in a journal needs to settle it. No secret. */
  readonly token: Json
  /**
   * Loads it, so that what it holds stands in the place of what was there. Resolves when the database has it durably. When
   * it rejects, or its process dies, each file is all as before or all as in the dump once `settle` has resolved; what
   * cannot promise that says so by its code. `DUMP.HALF_RESTORED` also where files before the one at which it ended, or
   * was aborted, are loaded: the error says which.
   */
  load(options: CallOptions): Promise<void>
}

/** Loads dumps: the way back of a `DumpOpener`, of whose tokens it takes. */
export interface DumpLoader {
  /**
   * Looks whether this database can take a dump now: it runs, answers, and its kind is loaded where it stands. Changes
   * nothing. Rejects when not.
   */
  ready(token: Json, options: CallOptions): Promise<LoadPlace>
  /**
   * Reads all files. Resolves when they are proven to be whole, and of a kind and a version that this database takes; nothing
   * is touched until `load`. Rejects with `DUMP.NO_DUMP`, `DUMP.NOT_WHOLE` or `DUMP.SKEW`.
   */
  check(token: Json, files: readonly StoredDump[], options: CallOptions): Promise<CheckedDump>
  /**
   * Ends what a load (by the token of a {@link CheckedDump}) left running, and brings its database to one end or the other. Idempotent; may
   * run in another process, and when the load came to its end or never began. Where the database is gone nothing is to be done.
   */
  settle(token: Json, options: CallOptions): Promise<void>
  /** Proves files as `check` does, but for the version. Resolves with what proved them, for people: `pg_restore in container db`. */
  prove(token: Json, files: readonly StoredDump[], options: CallOptions): Promise<string>
}
