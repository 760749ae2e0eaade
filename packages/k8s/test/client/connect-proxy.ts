import { createServer } from 'node:http'
import { connect as dial } from 'node:net'
import type { Socket } from 'node:net'
import { listen } from './listen.ts'

/** A proxy that opens tunnels. */
export interface ConnectProxy extends AsyncDisposable {
  readonly url: string
  /** Where to, one for each tunnel. */
  readonly tunnels: string[]
}

/** Starts one on this machine. */
export async function connectProxy(): Promise<ConnectProxy> {
  const tunnels: string[] = []
  const open = new Set<Socket>()
  const server = createServer()
  server.on('connect', (request: { url?: string }, near: Socket) => {
    tunnels.push(request.url ?? '')
    const { hostname, port } = new URL(`http://${request.url ?? ''}`)
    const far = dial(Number(port), hostname, () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      far.pipe(near)
      near.pipe(far)
    })
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${String(port)}`,
    tunnels,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
