import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { keyPair } from './certificates.ts'
import type { KeyPair } from './certificates.ts'
import { listen } from './listen.ts'

/** What was asked of the server. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Of the client's certificate; empty without one. */
  readonly subject: string
  /** How many milliseconds after the request before. */
  readonly afterMs: number
}

/** Answers the request of this number, the first is 0. */
export type Answerer = (asked: Asked, response: ServerResponse, number: number) => void

/** An HTTPS server that fails on purpose. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string
  readonly pair: KeyPair
  readonly asked: readonly Asked[]
  /** Connections that were made so far, and the most at one time. */
  readonly connections: { made: number; most: number }
  /** From now on certificates of clients must be of these; connections that stand are cut. */
  trust(clientCa: readonly string[]): void
}

/** Starts one; `clientCa` are certificates of clients that it accepts, and then it wants one. */
export async function faultServer(answer: Answerer, clientCa?: readonly string[]): Promise<FaultServer> {
  const pair = keyPair('fault-server')
  const asked: Asked[] = []
  const connections = { made: 0, most: 0 }
  const open = new Set<Socket>()
  let last = performance.now()
  const server = createServer(
    { ...pair, ...(clientCa === undefined ? {} : { ca: [...clientCa], requestCert: true, rejectUnauthorized: true }) },
    (request, response) => {
      const now = performance.now()
      const afterMs = now - last
      last = now
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'https://x')
        const { socket } = request
        const one: Asked = {
          method: request.method ?? '',
          path: pathname,
          query: searchParams,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
          subject: socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject?.CN ?? '') : '',
          afterMs,
        }
        asked.push(one)
        answer(one, response, asked.length - 1)
      })
    },
  )
  server.on('connection', (socket: Socket) => {
    connections.made += 1
    open.add(socket)
    connections.most = Math.max(connections.most, open.size)
    socket.on('close', () => open.delete(socket))
  })
  const port = await listen(server)
  return {
    url: `https://127.0.0.1:${String(port)}`,
    pair,
    asked,
    connections,
    trust(only): void {
      server.setSecureContext({ ...pair, ca: [...only] })
      for (const socket of open) socket.destroy()
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** Answers with JSON. */
export function json(response: ServerResponse, body: unknown, code = 200, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Answers with a failure as the API tells it. */
export function status(
  response: ServerResponse,
  code: number,
  said: { reason?: string; message?: string; details?: object; metadata?: object } = {},
  headers: Record<string, string> = {},
): void {
  json(response, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, ...said }, code, headers)
}

/** A ConfigMap as the API answers with it. */
export function configMap(name: string, more: object = {}): object {
  const metadata = { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', ...more }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}
