import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { CallOptions } from '@salvage-kit/core'
import { answerRequest } from './answer.ts'
import type { Answering } from './answer.ts'

/** A request must be here whole within so many milliseconds. */
const REQUEST_MS = 10_000
/** How often that is looked at. */
const CHECK_MS = 2000

/** A server that was not told yet where to listen. */
export interface PluginServer {
  readonly server: Server
  /** Takes no more requests; resolves when those that run are answered and everybody is gone. */
  readonly stop: (options: CallOptions) => Promise<void>
}

/** Nobody who is slow keeps others waiting, nor what they hold. An engine's idle connection stays: closing it costs it a second. */
export function pluginServer(answering: Answering): PluginServer {
  const running = new Set<Promise<void>>()
  const settings = {
    requireHostHeader: false,
    keepAliveTimeout: 0,
    headersTimeout: REQUEST_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
  }
  const server = createServer(settings, (request, response) => {
    // Whoever goes away in the middle is no fault of ours.
    response.on('error', () => undefined)
    const answered = answerRequest(request, response, answering)
    running.add(answered)
    void answered.finally(() => running.delete(answered))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket))
  // Somebody could not be let in, for there are no file descriptors left: the next one may.
  server.on('error', () => undefined)
  return {
    server,
    stop: async ({ signal }) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeIdleConnections()
      const gone = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => gone.resolve(), { once: true })
      if (signal.aborted) gone.resolve()
      await Promise.race([Promise.all(running), gone.promise])
      // What was answered just now is on its way.
      setImmediate(() => server.closeAllConnections())
      await promise
    },
  }
}

/** Something that is no HTTP, or half a request that took too long. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, why] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'the request took too long']
      : ['400 Bad Request', 'this is no HTTP request']
  const body = JSON.stringify({ Err: `${why} [PLUGIN.REQUEST]` })
  const head = ['content-type: application/json', `content-length: ${String(body.length)}`, 'connection: close']
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
