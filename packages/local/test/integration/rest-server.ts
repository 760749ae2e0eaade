import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { dirname, join } from 'node:path'

/** A server of restic's REST protocol over the folder of a repository. */
export interface RestServer extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Keeps every pack that is sent from now on waiting. */
  hold(): void
  /** Lets them through. */
  release(): void
}

const TYPES = /^\/(data|keys|locks|snapshots|index)\/([0-9a-f]{64})?$/

/** Starts a server; with `user` (`name:password`) it lets nobody else in. */
export async function restServer(folder: string, user?: string): Promise<RestServer> {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  const server = createServer((request, response) => {
    const wanted = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`
    if (wanted !== undefined && request.headers.authorization !== wanted) return end(response, 401)
    void answer(folder, request, response, () => gate.promise).catch(() => end(response, 500))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    host: `127.0.0.1:${String(address.port)}`,
    hold: () => {
      gate = Promise.withResolvers<void>()
    },
    release: () => gate.resolve(),
    [Symbol.asyncDispose]: async () => {
      gate.resolve()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function answer(
  folder: string,
  request: IncomingMessage,
  response: ServerResponse,
  gate: () => Promise<void>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://server')
  const [, type, name] = TYPES.exec(pathname) ?? []
  if (type !== undefined && name === undefined) return list(folder, type, response)
  const file =
    pathname === '/config'
      ? join(folder, 'config')
      : type === 'data'
        ? join(folder, 'data', String(name).slice(0, 2), String(name))
        : join(folder, String(type), String(name))
  switch (request.method) {
    case 'POST':
      return save(file, request, response, type === 'data' ? gate : async () => {})
    case 'DELETE':
      rmSync(file, { force: true })
      return end(response, 200)
    case 'HEAD':
    case 'GET':
      return load(file, request, response)
    case undefined:
    default:
      return end(response, 405)
  }
}

async function save(
  file: string,
  request: IncomingMessage,
  response: ServerResponse,
  gate: () => Promise<void>,
): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
  await gate()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, Buffer.concat(chunks))
  end(response, 200)
}

function load(file: string, request: IncomingMessage, response: ServerResponse): void {
  if (!existsSync(file)) return end(response, 404)
  const { size } = statSync(file)
  const [, first, last] = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? []
  const start = Number(first ?? 0)
  const stop = last === undefined ? size - 1 : Math.min(Number(last), size - 1)
  response.writeHead(first === undefined ? 200 : 206, { 'content-length': String(stop - start + 1) })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file, { start, end: stop }).pipe(response)
}

function list(folder: string, type: string, response: ServerResponse): void {
  const root = join(folder, type)
  const entries = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : []
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, size: statSync(join(entry.parentPath, entry.name)).size }))
  response.writeHead(200, { 'content-type': 'application/vnd.x.restic.rest.v2' }).end(JSON.stringify(files))
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}
