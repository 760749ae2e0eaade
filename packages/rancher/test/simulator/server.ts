import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { faults } from './fault.ts'
import type { Fault, Faults, FaultInput } from './fault.ts'
import { apiError, proxyPage } from './reply.ts'
import type { Reply } from './reply.ts'
import { route } from './route.ts'
import { World } from './world.ts'
import type { SimulatedKey, WorldInput } from './world.ts'

/** How a simulator runs. */
export interface SimulatorOptions {
  readonly faults?: readonly FaultInput[]
  /** 0: any that is free. */
  readonly port?: number
  /** In PEM. Absent: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Links name this origin: a server behind a proxy that says nothing of itself. */
  readonly linkOrigin?: string
}

/** A Rancher 1.6 API on the loopback interface. */
export interface Simulator extends AsyncDisposable {
  /** Without a path. */
  readonly origin: string
  /** `METHOD PATH?QUERY`, in the order in which they came. */
  readonly requests: readonly string[]
  readonly faults: Faults
}

/** Serves until it is disposed. */
export async function startSimulator(input: WorldInput, options: SimulatorOptions = {}): Promise<Simulator> {
  const world = World.parse(input)
  const requests: string[] = []
  const trouble = faults(options.faults ?? [])
  const listener: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  }
  const server: Server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  await new Promise<void>((resolve) => void server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('bug: a server without a port')
  const origin = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(address.port)}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request
    requests.push(`${method} ${path}`)
    request.resume()
    const what = trouble.of(method, path)
    const url = new URL(path, options.linkOrigin ?? origin)
    const key = keyOf(request, world.keys)
    const known = world.keys.length === 0 || key !== undefined
    const reply = known ? route(world, { method, url, ...(key && { key }) }) : apiError(401)
    await send(response, reply, what, url, {
      'x-api-schemas': `${url.origin}/v2-beta/schemas`,
      ...(known ? { 'x-api-account-kind': key?.project === undefined ? 'admin' : 'project' } : {}),
    })
  }

  return {
    origin,
    requests,
    faults: trouble,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}

async function send(
  response: ServerResponse,
  reply: Reply,
  what: Fault['what'] | undefined,
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const all = { 'content-type': 'application/json; charset=utf-8', ...headers }
  const whole = ({ status, text, headers: own }: Reply): void =>
    void response.writeHead(status, { ...all, ...own }).end(text)
  const half = reply.text.slice(0, Math.ceil(reply.text.length / 2))
  switch (what?.kind) {
    case undefined:
      return whole(reply)
    case 'status':
      return whole(apiError(what.status))
    case 'html':
      return whole(proxyPage(what.status))
    case 'silent':
      return
    case 'stalls':
      response.writeHead(200, all).write(half)
      return
    case 'breaks':
      response.writeHead(200, all).write(half, () => response.destroy())
      return
    case 'truncated':
      return whole({ ...reply, text: half })
    case 'slow':
      await sleep(what.ms)
      return whole(reply)
    case 'circle':
      return whole({
        ...reply,
        text: reply.text.replace(/"next":(?:null|"[^"]*")/, `"next":${JSON.stringify(url.href)}`),
      })
    case 'body':
      return whole({ status: 200, text: JSON.stringify(what.body) })
    case 'redirect':
      return whole({ status: 302, text: '', headers: { location: what.to } })
  }
}

function keyOf(request: IncomingMessage, keys: readonly SimulatedKey[]): SimulatedKey | undefined {
  const [scheme, text = ''] = (request.headers.authorization ?? '').split(' ')
  const said = scheme === 'Basic' ? Buffer.from(text, 'base64').toString() : ''
  return keys.find(({ name, secret }) => said === `${name}:${secret}`)
}
