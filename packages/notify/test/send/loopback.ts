import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { HttpMessage } from '../../src/notifier.ts'
import type { Patience } from '../../src/send/deliver.ts'
import type { Certificate } from './certificate.ts'

/** A request as it arrived. */
export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<IncomingMessage['headers']>
  readonly body: string
}

/** What the server does with the request of that number, counted from 0. */
export type Answer = (response: ServerResponse, at: number) => void

/** A server on this machine that keeps what it gets. */
export interface Loopback extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly arrived: readonly Arrived[]
  /** Connections that are open now. */
  readonly connections: () => Promise<number>
}

/** Starts a server; the same answer for each request, or one after the other. */
export async function loopback(answer: Answer | readonly Answer[], certificate?: Certificate): Promise<Loopback> {
  const arrived: Arrived[] = []
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = arrived.length
    const { method = '', url = '', headers } = request
    const place = arrived.push({ method, path: url, headers, body: '' }) - 1
    const body = await buffer(request)
    arrived[place] = { method, path: url, headers, body: body.toString() }
    const act = typeof answer === 'function' ? answer : answer[Math.min(at, answer.length - 1)]
    act?.(response, at)
  }
  const listener: RequestListener = (request, response) => {
    handle(request, response).catch(() => response.destroy())
  }
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener)
  // A client that leaves its connections open is found out.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = addressOf(server.address())
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    port,
    arrived,
    connections: async () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address
}

/** Answers at once. */
export function status(code: number, body = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(code, headers)
    response.end(body)
  }
}

/** A request that posts a word to a path that is a secret. */
export function post(url: string, more: Partial<HttpMessage> = {}): HttpMessage {
  return {
    kind: 'http',
    method: 'POST',
    url: `${url}/hooks/s3cret-path?key=s3cret-query`,
    headers: { 'content-type': 'text/plain', authorization: 'Bearer s3cret-token' },
    body: 'word',
    ...more,
  }
}

/** Soon over. */
export const BRIEF: Patience = { tries: 3, tryMs: 400, totalMs: 2500, backoffMs: 10 }
