import { once } from 'node:events'
import { afterEach } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { ExecRequest, ExecSession } from '../../src/client/exec-session.ts'
import { openExec } from '../../src/exec/session/open-exec.ts'

/** Any exec. */
export const REQUEST = { namespace: 'shop', pod: 'db-0', container: 'db', command: ['dump', '--all'] }
/** As a server says that a program has succeeded. */
export const SUCCESS = '{"metadata":{},"status":"Success"}'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]()
})

/** A server that does this to each connection. */
export async function serving(
  act: (socket: WebSocket, url: string) => unknown,
  protocol = 'v5.channel.k8s.io',
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => protocol })
  await once(server, 'listening')
  server.on('connection', (socket, request) => {
    socket.on('error', () => {})
    void act(socket, request.url ?? '')
  })
  open.push({
    async [Symbol.asyncDispose](): Promise<void> {
      for (const each of server.clients) each.terminate()
      server.close()
      await once(server, 'close')
    },
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** The session of an exec of which nobody looks at stderr. */
export async function session(
  server: string,
  request: Partial<ExecRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<ExecSession> {
  const made = await openExec({ server, headers: {}, tls: {} }, { ...REQUEST, ...request }, { signal })
  made.stderr.resume()
  return made
}

/** Sends on a channel. */
export function send(socket: WebSocket, channel: number, body: string | Buffer): void {
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(body)]))
}
