import type { Readable } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'

/** A program that is to run where the database runs. */
export interface ExecRequest {
  /** No secret ever: other processes see it, and so do logs of platforms. */
  readonly argv: readonly string[]
  /** Beside the service's own, which stays. May hold secrets: given by the platform's own way where it has one, else by stdin. */
  readonly environment?: Readonly<Record<string, string>>
  /** Read to its end, unless the program ends before: that is no error. Absent: an empty one. */
  readonly stdin?: Readable
  /** Absent: the one as whom the service runs there. */
  readonly user?: string
}

/** How a program ended. */
export interface ExecEnd {
  /** As a shell tells it: 128 and more for a signal. */
  readonly code: number
  /** The last 4 KiB. */
  readonly stderr: string
}

/** A program that runs. */
export interface ExecProcess {
  /**
   * Takes no more than it is read; its bytes are exactly those of the program. Its pieces are the reader's own: nobody else looks
   * at their memory again. Destroyed: the program is ended.
   */
  readonly stdout: Readable
  /** Resolves at the program's end, after stdout has ended. Rejects when the end is not known (the connection was cut). */
  readonly ended: Promise<ExecEnd>
}

/**
 * How a platform runs a program beside a database. The signal ends the program, with all that it started: by `END_GROUP`, never
 * by a signal to all of them, since the first process of a container may take their deaths for those of its own.
 */
export interface ExecPort {
  /** Resolves when the program runs. Rejects with a code of the platform; a program that is not there may also end with 126, 127. */
  exec(request: ExecRequest, options: CallOptions): Promise<ExecProcess>
}
