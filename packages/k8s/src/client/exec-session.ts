import type { Readable, Writable } from 'node:stream'

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** A program to run in a container. */
export interface ExecRequest {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** No shell is added. */
  readonly command: readonly string[]
  /** Default: none. */
  readonly stdin?: boolean
  /** A terminal for the program: it gets one of this size, and all that it says comes on stdout. Default: none. */
  readonly terminal?: TerminalSize
  /** How long the server may take to say anything at all, in milliseconds. Default: 30 seconds. */
  readonly startTimeoutMs?: number
  /** How long the connection may be silent to pings, in milliseconds. Default: 60 seconds. */
  readonly silenceTimeoutMs?: number
}

/** How a program in a container ended. Anything else than an exit code is an error: `EXEC.LOST`, `EXEC.FAILED`. */
export interface ExecEnd {
  readonly code: number
}

/** A program that runs in a container. */
export interface ExecSession extends AsyncDisposable {
  /** Paused while nobody reads: the far program waits then, and nothing piles up here. Ends only with the last byte. */
  readonly stdout: Readable
  /** As `stdout`. Somebody must read both. */
  readonly stderr: Readable
  /** Ends nothing when `stdin` was not asked for. Ending it is the end of input over there, never the end of the session. */
  readonly stdin: Writable
  /** Tells the program that its terminal has another size by now. Does nothing without one. */
  readonly resize?: (size: TerminalSize) => void
  /**
   * Resolves with the exit code when the server told it AND all output has been read. Rejects with `EXEC.LOST` when the
   * connection ended, or was silent for too long, before that: nobody knows then how the program ended; with `EXEC.FAILED`
   * when the server says that it could not be run.
   */
  readonly ended: Promise<ExecEnd>
  /** Bytes that came on stdout so far. */
  readonly received: number
}
