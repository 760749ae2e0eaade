import { createConnection, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A proxy before an engine's socket that cuts every connection on which nothing is said for a while. */
export interface CuttingProxy extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string
  /** How many connections it has cut. */
  readonly cuts: () => number
}

/** Starts one on a socket of its own. */
export async function cuttingProxy(socket: string, idleMs: number): Promise<CuttingProxy> {
  const path = `${socket}.proxy`
  let count = 0
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const engine = createConnection(socket)
    const both = [client, engine]
    let answered = false
    const end = (): void => {
      for (const one of both) one.destroy()
    }
    for (const one of both) {
      open.add(one)
      one.on('error', end).on('close', end)
      one.on('close', () => open.delete(one))
    }
    engine.on('data', () => (answered = true))
    engine.setTimeout(idleMs, () => {
      if (answered) count += 1
      end()
    })
    client.pipe(engine)
    engine.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    cuts: () => count,
    async [Symbol.asyncDispose]() {
      for (const one of open) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
