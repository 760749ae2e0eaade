import { request } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { json, plain, proxyError, unauthorized } from './reply.ts'
import type { Reply } from './reply.ts'
import { sees } from './route.ts'
import type { SimulatedCluster, SimulatedToken, World } from './world.ts'

/** Where a request below `/k8s/clusters/ID` goes. */
export interface Way {
  readonly upstream: NonNullable<SimulatedCluster['upstream']>
  /** As the cluster itself has it. */
  readonly path: string
}

const PROXY = /^\/k8s\/(?:clusters|proxy)\/([^/?]+)(\/.*)?$/

/** Whether this is a request to a cluster. */
export function isProxied(path: string): boolean {
  return PROXY.test(path)
}

/** The way to the cluster, or what the server says instead; for an agent that is away it says it late. */
export async function wayTo(world: World, path: string, token: SimulatedToken | undefined): Promise<Reply | Way> {
  const [, id, rest = '/'] = PROXY.exec(path) ?? []
  if (token === undefined) return unauthorized()
  if (token.clusterId !== undefined && token.clusterId !== id) return unauthorized('clusterID does not match')
  const cluster = world.clusters.find((one) => one.id === id)
  if (cluster === undefined) return proxyError(404, 'NotFound', 'unable to find cluster')
  if (!sees(token, cluster)) return proxyError(403, 'PermissionDenied', 'permission denied')
  if (cluster.agent === 'unprovisioned') return proxyError(503, 'ClusterUnavailable', 'cluster not provisioned')
  if (cluster.agent === 'disconnected') {
    await sleep(cluster.waitMs, undefined, { ref: false })
    return plain(500, 'cluster agent disconnected')
  }
  if (cluster.upstream !== undefined) return { upstream: cluster.upstream, path: rest }
  return rest === '/version' ? json({ gitVersion: 'v1.31.4' }) : plain(404, '404 page not found')
}

/** Hands a request on and its answer back, each as it comes. */
export function forward({ upstream, path }: Way, from: IncomingMessage, to: ServerResponse): void {
  const onward = request(upstreamUrl(upstream.server, path), optionsOf(upstream, from), (answer) => {
    // At once: a watch that has nothing to tell yet stands all the same.
    to.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
    answer.pipe(to)
    answer.once('error', () => to.destroy())
  })
  onward.once('error', () => to.destroy())
  to.once('close', () => onward.destroy())
  from.pipe(onward)
}

/** The same for a request that becomes a WebSocket. */
export function forwardUpgrade({ upstream, path }: Way, from: IncomingMessage, near: Duplex, head: Buffer): void {
  const onward = request(upstreamUrl(upstream.server, path), optionsOf(upstream, from))
  near.once('error', () => onward.destroy())
  near.once('close', () => onward.destroy())
  onward.once('error', () => near.destroy())
  onward.once('upgrade', (answer, far, farHead) => {
    near.write(headText(answer))
    far.once('error', () => near.destroy())
    near.once('error', () => far.destroy())
    near.once('close', () => far.destroy())
    if (head.length > 0) far.write(head)
    if (farHead.length > 0) near.write(farHead)
    near.pipe(far).pipe(near)
  })
  onward.once('response', (answer) => {
    near.write(headText(answer))
    answer.pipe(near)
  })
  onward.end()
}

/** What is said in place of an upgrade. */
export function refuseUpgrade(near: Duplex, { status, text, headers = {} }: Reply): void {
  const all = { 'content-type': 'application/json', ...headers, 'content-length': Buffer.byteLength(text) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  near.end(`HTTP/1.1 ${String(status)} refused\r\n${lines.join('')}connection: close\r\n\r\n${text}`)
}

function upstreamUrl(server: string, path: string): string {
  return `${server}${path}`
}

/** The caller's own key never gets to the cluster: there the agent is known by a service account. */
function optionsOf(
  { ca, token }: Way['upstream'],
  { method, headers }: IncomingMessage,
): RequestOptions & { ca: string } {
  const { host: _host, authorization: _authorization, cookie: _cookie, ...rest }: IncomingHttpHeaders = headers
  return { method: method ?? 'GET', ca, agent: false, headers: { ...rest, authorization: `Bearer ${token}` } }
}

function headText({ statusCode = 502, statusMessage = '', rawHeaders }: IncomingMessage): string {
  const lines: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    // The answer is read and written again, so it is no longer in these chunks.
    if (statusCode === 101 || !/^(?:transfer-encoding|connection)$/i.test(name)) lines.push(`${name}: ${value}\r\n`)
  }
  const close = statusCode === 101 ? '' : 'connection: close\r\n'
  return `HTTP/1.1 ${String(statusCode)} ${statusMessage}\r\n${lines.join('')}${close}\r\n`
}
