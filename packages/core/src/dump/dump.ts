import type { Readable } from 'node:stream'
import type { CallOptions } from '../call-options.ts'
import type { Json } from '../json.ts'

/** What of a dump that came whole is told besides its content. */
export interface DumpProof {
  readonly bytes: number
  /** Of the content as it came, in hexadecimal. */
  readonly sha256: string
}

/** One file of a dump, while it is made. */
export interface DumpFile {
  /** A plain file name: not empty, no `/`, neither `.` nor `..`. */
  readonly name: string
  /** Read once: to its end, or destroyed, which ends what makes it. */
  readonly content: Readable
  /**
   * Each piece of `content` is handed over: nobody else looks at it again, so who reads it may free it; and the hash that
   * `whole` tells was made, in this process, of these very pieces, so nobody has to make it once more.
   */
  readonly handedOver?: true
  /**
   * Resolves when what came is proven to be all: the exit status of every program, the trailer of the format. Rejects with
   * `DUMP.NOT_WHOLE` or a code of the dumper. Settles only after `content` has ended or was destroyed; for content that
   * was destroyed before its end it rejects. Nobody has to listen to it.
   *
   * The end of `content` alone proves nothing: whoever makes a copy of it finishes the copy only when this has resolved.
   */
  readonly whole: Promise<DumpProof>
}

/** What a dump takes. */
export interface DumpCall extends CallOptions {
  /** The run that it is made for: what it leaves behind when it is killed is labelled so. */
  readonly runId?: string
}

/** Makes dumps: what reads a `stream`. */
export interface DumpOpener {
  /**
   * Begins a dump; nothing runs before the first file is asked for. The files come one after the other: the next one is
   * asked for when the one before was proven whole. Rejects with what keeps the dump from beginning, or, after the last
   * file, with what is wrong with the dump as a whole. Who stops asking, aborts or destroys `content` ends all that the
   * dump runs; nothing of it is left when `return` resolves.
   */
  open(token: Json, options: DumpCall): AsyncIterable<DumpFile>
}
