import type { Pool } from './pool.ts'
import type { Sessions } from './session.ts'

/** The line to one API server: what every call goes over. */
export interface Line {
  readonly server: string
  readonly sessions: Sessions
  readonly pool: Pool
  readonly answerTimeoutMs: number
  /** How long calls are repeated, in milliseconds; less until the server has answered once. */
  patienceMs(): number
  /** To be told of each answer of the server, whatever it says. */
  answered(): void
  /** To be told of each connection that broke or was not made, also of streams and sessions. */
  lost(): void
  /**
   * Whether one was lost a moment ago: a server that has just started answers before it knows all roles, and forbids then what
   * is permitted.
   */
  isBack(): boolean
}
