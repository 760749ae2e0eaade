import type { CallOptions } from '@salvage-kit/core'
import type { ExecRequest, ExecSession } from '../../client/exec-session.ts'
import type { Session } from '../../client/session.ts'
import { dial } from './dial.ts'
import { sessionOver } from './session-over.ts'

/**
 * Starts a program in a container over a WebSocket of its own; what {@link ExecSession} promises holds from then on. An
 * aborted signal closes the connection; whether that ends the program is up to the program: it sees the end of its input, if
 * it has one. Rejects with `EXEC.NO_ANSWER`, `K8S.UNREACHABLE`, `K8S.UNAUTHORIZED`, `K8S.FORBIDDEN`, `K8S.NOT_FOUND` or
 * `K8S.REFUSED`.
 */
export async function openExec(session: Session, request: ExecRequest, options: CallOptions): Promise<ExecSession> {
  const socket = await dial(session, request, options.signal)
  return sessionOver(socket, request, options.signal)
}
