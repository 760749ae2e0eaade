import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { temporaryDirectory } from '@salvage-kit/testbed'

/** A call of the engine's API as docs/docker-socket.md lists it: `POST /containers/ID/stop`. */
export interface AllowedCall {
  readonly method: string
  /** Parts in capitals stand for any name. */
  readonly path: string
}

/** A socket before an engine that lets listed calls through and nothing else, as socket proxies do. */
export interface FilteringProxy extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string
  /** `POST /containers/create`, without a query. */
  readonly refused: readonly string[]
  /** The listed calls that were used. */
  readonly used: ReadonlySet<AllowedCall>
}

/** Starts one. */
export async function filteringProxy(socketPath: string, allowed: readonly AllowedCall[]): Promise<FilteringProxy> {
  const folder = temporaryDirectory('salvage-proxy-')
  const path = join(folder.path, 'proxy.sock')
  const refused: string[] = []
  const used = new Set<AllowedCall>()
  const rules = allowed.map((call) => ({ call, pattern: patternOf(call.path) }))
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const called = url.split('?')[0] ?? ''
    const rule = rules.find(({ call, pattern }) => call.method === method && pattern.test(called))
    if (rule === undefined) {
      refused.push(`${method} ${called}`)
      incoming.resume()
      outgoing.writeHead(403, { 'content-type': 'text/html' })
      outgoing.end('<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n')
      return
    }
    used.add(rule.call)
    const onward = request({ socketPath, method, path: url, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      outgoing.flushHeaders()
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    // Head and body at once: the engine answers some calls, and closes, before it has read all.
    void buffer(incoming).then((body) => onward.end(body))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    refused,
    used,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      folder[Symbol.dispose]()
    },
  }
}

function patternOf(path: string): RegExp {
  // The name of an image may hold slashes.
  const pattern = path.replaceAll('NAME/json', '.+/json').replaceAll(/\b(?:ID|NAME)\b/g, '[^/]+')
  return new RegExp(`^(?:/v\\d+\\.\\d+)?${pattern}$`)
}
