import type { IncomingMessage } from 'node:http'
import { deadline, SalvageError } from '@salvage-kit/core'
import { WebSocket } from 'ws'
import type { ExecRequest } from '../../client/exec-session.ts'
import { webSocketUrl } from '../../client/session.ts'
import type { Session } from '../../client/session.ts'
import { V4, V5 } from './channel.ts'
import { abortError, placeOf } from './lost.ts'
import { readRefusal } from './refusal.ts'

const START_MS = 30_000

/** The server sends 32 KiB at a time; what is far larger comes from no such server. */
const LARGEST_MESSAGE = 16 * 1024 * 1024

/**
 * The WebSocket of an exec, open and paused, so that nothing is missed before somebody listens. Rejects with `EXEC.NO_ANSWER`
 * when the server says nothing in time, `K8S.UNREACHABLE`, or with what the server refused it for; nothing runs then that
 * could be told of.
 */
export async function dial(session: Session, request: ExecRequest, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted()
  const silent = new SalvageError('EXEC.NO_ANSWER', `no answer from the server about ${placeOf(request)}`, {
    retryable: true,
  })
  using limit = deadline(request.startTimeoutMs ?? START_MS, signal, silent)
  const socket = new WebSocket(webSocketUrl(session, pathOf(request), queryOf(request)), [V5, V4], {
    ...session.tls,
    headers: session.headers,
    ...(session.agent === undefined ? {} : { agent: session.agent }),
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: LARGEST_MESSAGE,
  })
  const opened = Promise.withResolvers<void>()
  const give = (): void => opened.reject(abortError(limit.signal))
  const refused = (_: unknown, response: IncomingMessage): void => {
    readRefusal(response, request).then(opened.reject, opened.reject)
  }
  const failed = (cause: Error): void =>
    opened.reject(
      new SalvageError('K8S.UNREACHABLE', `${session.server} cannot be reached`, {
        why: cause.message,
        retryable: true,
        cause,
      }),
    )
  const open = (): void => {
    socket.pause()
    opened.resolve()
  }
  // Stays: a socket that is given up may still fail, and nobody listens to it any more.
  socket.on('error', failed)
  socket.once('open', open)
  socket.once('unexpected-response', refused)
  limit.signal.addEventListener('abort', give, { once: true })
  try {
    await opened.promise
    return socket
  } catch (error) {
    socket.terminate()
    throw error
  } finally {
    limit.signal.removeEventListener('abort', give)
  }
}

function pathOf({ namespace, pod }: ExecRequest): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`
}

function queryOf({ container, command, stdin, terminal }: ExecRequest): URLSearchParams {
  // What a program says on a terminal is one stream.
  const output = terminal === undefined ? { stderr: 'true' } : { tty: 'true' }
  const query = new URLSearchParams({ container, stdout: 'true', ...output })
  if (stdin === true) query.set('stdin', 'true')
  for (const word of command) query.append('command', word)
  return query
}
