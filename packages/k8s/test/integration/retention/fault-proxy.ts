import { Agent, request } from 'node:https'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { listen } from '../../client/listen.ts'

/** A server before the API server that fails now and then. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  /** How many requests were failed, by kind of fault. */
  readonly faults: Record<Fault, number>
  /** Part of the requests that fail, from 0 to 1. */
  part: number
}

/** `lost`: the request is carried out and its answer never comes; `cut`: it never gets there. */
type Fault = 'busy' | 'broken' | 'cut' | 'lost'
const FAULTS: readonly Fault[] = ['busy', 'broken', 'cut', 'lost']

/** Starts one, with the rights of the administrator. The faults of a seed are always the same ones. */
export async function faultProxy(kubernetes: KubernetesCluster, seed: number): Promise<FaultProxy> {
  const config: {
    readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[]
    readonly users: readonly {
      readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string }
    }[]
  } = JSON.parse(await kubernetes.kubectl(['config', 'view', '--raw', '--minify', '-o', 'json']))
  const user = config.users[0]?.user
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 16,
    ca: pem(config.clusters[0]?.cluster['certificate-authority-data']),
    cert: pem(user?.['client-certificate-data']),
    key: pem(user?.['client-key-data']),
  })
  const random = sequence(seed)
  const faults: FaultProxy['faults'] = { busy: 0, broken: 0, cut: 0, lost: 0 }
  const server = createServer((asked, answer) => {
    const fault = random() < proxy.part ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined
    if (fault !== undefined) faults[fault] += 1
    if (fault === 'cut') asked.socket.destroy()
    else if (fault === 'busy' || fault === 'broken') refuse(answer, fault)
    else forward(kubernetes.server, agent, asked, answer, fault === 'lost')
  })
  const port = await listen(server)
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${String(port)}`,
    faults,
    part: 0,
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
  return proxy
}

function pem(text: string | undefined): Buffer {
  return Buffer.from(text ?? '', 'base64')
}

function refuse(answer: ServerResponse, fault: 'busy' | 'broken'): void {
  const code = fault === 'busy' ? 429 : 500
  answer.writeHead(code, { 'Content-Type': 'application/json', ...(fault === 'busy' ? { 'Retry-After': '0' } : {}) })
  answer.end(
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: `a fault: ${fault}` }),
  )
}

function forward(base: string, agent: Agent, asked: IncomingMessage, answer: ServerResponse, isLost: boolean): void {
  const { method, headers, url = '/' } = asked
  const onward = request(new URL(url, base), { method, headers, agent }, (said) => {
    if (isLost) {
      said.resume().on('end', () => asked.socket.destroy())
      return
    }
    answer.writeHead(said.statusCode ?? 502, said.headers)
    said.pipe(answer)
  })
  onward.on('error', () => asked.socket.destroy())
  asked.pipe(onward)
}

/** Numbers from 0 to 1, always the same ones for a seed. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
