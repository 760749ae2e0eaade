import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { tokenOf } from './authenticate.ts'
import { faults } from './fault.ts'
import type { Fault, Faults } from './fault.ts'
import { forward, forwardUpgrade, isProxied, refuseUpgrade, wayTo } from './proxy.ts'
import { apiError } from './reply.ts'
import type { Reply } from './reply.ts'
import { route } from './route.ts'
import { World } from './world.ts'
import type { WorldInput } from './world.ts'

/** How a simulator runs. */
export interface SimulatorOptions {
  readonly faults?: readonly Fault[]
  /** 0: any that is free. */
  readonly port?: number
  /** In PEM. Absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Links name this origin: a server behind a proxy that says nothing of itself. */
  readonly linkOrigin?: string
}

/** A Rancher 2 server on the loopback interface. */
export interface Simulator extends AsyncDisposable {
  /** Without a path. */
  readonly origin: string
  /** May be changed while it serves. */
  readonly world: World
  /** `METHOD PATH?QUERY`, in the order in which they came. */
  readonly requests: readonly string[]
  readonly faults: Faults
  /** How many kubeconfigs were asked for. */
  readonly minted: () => number
}

/** Serves until it is disposed. */
export async function startSimulator(input: WorldInput, options: SimulatorOptions = {}): Promise<Simulator> {
  const world = World.parse(input)
  const requests: string[] = []
  const trouble = faults(options.faults ?? [])
  let minted = 0
  const listener: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  }
  const server: Server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  const sockets = new Set<Duplex>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
    upgrade(request, socket, head).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('bug: a server without a port')
  const origin = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(address.port)}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request
    requests.push(`${method} ${path}`)
    const what = trouble.of(path)
    const token = tokenOf(request.headers, world.tokens)
    if (isProxied(path) && what === undefined) {
      const way = await wayTo(world, path, token)
      if (!('status' in way)) return forward(way, request, response)
      request.resume()
      return send(response, way, undefined)
    }
    request.resume()
    const url = new URL(path, options.linkOrigin ?? origin)
    await send(response, route(world, { method, url, token, minted: () => (minted += 1) }), what, url)
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { method = 'GET', url: path = '/' } = request
    requests.push(`${method} ${path}`)
    const way = await wayTo(world, path, tokenOf(request.headers, world.tokens))
    if ('status' in way) refuseUpgrade(socket, way)
    else forwardUpgrade(way, request, socket, head)
  }

  return {
    origin,
    world,
    requests,
    faults: trouble,
    minted: () => minted,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

async function send(response: ServerResponse, reply: Reply, what: Fault['what'] | undefined, url?: URL): Promise<void> {
  const whole = ({ status, text, headers }: Reply): void =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  switch (what?.kind) {
    case undefined:
      return whole(reply)
    case 'status':
      return whole(apiError(what.status, what.code))
    case 'silent':
      return
    case 'breaks':
      response.writeHead(200).write(reply.text.slice(0, Math.ceil(reply.text.length / 2)), () => response.destroy())
      return
    case 'slow':
      await sleep(what.ms)
      return whole(reply)
    case 'circle':
      return whole({
        ...reply,
        text: reply.text.replace(/"next":"[^"]*"/, `"next":${JSON.stringify(url?.href)}`),
      })
    case 'noNext':
      return whole({ ...reply, text: reply.text.replace(/,"next":"[^"]*"/, '') })
    case 'body':
      return whole({ status: 200, text: what.body })
  }
}
