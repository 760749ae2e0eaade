/** Options of a dump by key, as labels give them (`salvage.dump.KEY`). */
export type Settings = Readonly<Record<string, string>>

/** The repository of an image in its pieces, without registry, tag and digest: `bitnami`, `postgresql`. */
export type ImagePath = readonly string[]

/** One of the files that a dump is made of. */
export interface PartName {
  /** A plain file name, no `/`, the same at every dump. */
  readonly file: string
  /** What the engine's programs get as `$1`, any text without NUL; a database's name. */
  readonly of: string
}

/** Sees all bytes of one part, in order. Takes memory for what it has to know at the end, never for the part. */
export interface Watch {
  /** What it keeps of the chunk it copies: that is gone afterwards. */
  take(chunk: Buffer): void
  /** After the last chunk: why it is not a whole dump; undefined when it is one. */
  verdict(): string | undefined
}

/**
 * What is known of a kind of database. Pure: programs are texts for a POSIX shell (dash, bash, busybox), and the frame around
 * them (`program/`) runs them over a port. They stand in argv, so no secret is in them: passwords come from the environment,
 * by `shellText`, or from the files that `…_FILE` names. Functions that they may call: `d_say KEY VALUE`,
 * `d_fail REASON [ABOUT]` (ends the program; reasons in `failure.ts`), `d_need TOOL…`, `d_first TOOL…`.
 * stdout of `dump` is the dump alone; what is said goes to stderr there.
 */
export interface Engine {
  /** As a label says it: `salvage.dump=NAME`. */
  readonly name: string
  /** Other words for the same in a label. */
  readonly aliases?: readonly string[]
  /** Whether the last pieces of an image's repository say that this engine is in it. */
  recognises(image: ImagePath): boolean
  /** Keys that `Settings` may have for it, beside `placement`. */
  readonly settings: readonly string[]
  /** Whether a dump can be more than one file. `environment`: the service's, as far as it is known. */
  several(settings: Settings, environment: Settings): boolean
  /** A program that says `version` and, for each file of the dump, `part HEX` (the bytes of {@link PartName.of} in hex). Fails with `NO_TOOL`, `UNREACHABLE` … */
  survey(settings: Settings): string
  /** The file that a part of this name goes to. */
  fileOf(of: string): string
  /** The part that a file is of; undefined when it is of none. The inverse of `fileOf`. */
  partOf(file: string): string | undefined
  /**
   * A program that defines the shell function `d_dump`, which writes the part `$1` to stdout and ends with 0 when it is whole;
   * and, when bytes that went by prove more than an exit status, `d_witness`, which reads all of them and ends with 0 if whole.
   */
  dump(settings: Settings): string
  /** Whether the last 1 KiB of a part can be the end of a whole one. Absent: nothing in the format tells. */
  complete?(tail: Buffer, of: string): boolean
  /** Reads a part as it goes by, on this side, where the format itself proves that all of it came. Asked anew for each part that is read. */
  watch?(of: string): Watch
  /** A program that defines `d_witness`, as `dump` does: reads a stored part `$1` from stdin, ends with 0 if it is whole; touches nothing. */
  prove?(settings: Settings): string
  /**
   * A program that defines `d_ready`, which reads the part `$1` from stdin and makes what must be there before it is loaded: a
   * database. Replaces nothing. It says `made` when it made one; `d_unready` removes that again, where it holds nothing.
   */
  ready?(settings: Settings): string
  /**
   * A program that defines `d_restore`, which reads the part `$1` by `d_input` and loads it. `d_input` writes what comes and ends
   * with 0 when all of it came; nothing that was there may be gone before that. Ends at the first error, and leaves what was there.
   * `d_call` is of letters and digits that no other call has.
   */
  restore(settings: Settings): string
  /**
   * A program for what `restore` leaves out. `d_list` reads the part `$1` from stdin and says an `entry` for each; `d_after` reads it
   * again and makes them, `$2`, a line for each. Not called where there is none.
   */
  after?(settings: Settings): string
  /**
   * A program that brings what a restore of the part `$1` left, whose process is dead, to the end that it took. Absent where nothing
   * is left that counts.
   */
  settle?(settings: Settings): string
  /** A restore makes a new directory, and whoever runs the database puts it in the place of the old one. */
  readonly beside?: true
  /** Whether a restore that is killed leaves all as before it, or all as in the dump. */
  readonly atomic?: boolean
  /** What its tools say when another transaction crossed the restore, which has left no trace and may go well the next time. */
  readonly crossed?: RegExp
  /** Why a dump that begins with these bytes cannot go into a server of this version, as `survey` says it; undefined when it can. */
  skew?(head: Buffer, version: string): string | undefined
}
