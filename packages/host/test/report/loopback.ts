import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request as it arrived. */
export interface Arrived {
  readonly path: string
  readonly body: string
}

/** A server on this machine that keeps what it gets. */
export interface Loopback extends AsyncDisposable {
  readonly url: string
  readonly arrived: readonly Arrived[]
}

/** Starts a server that answers everything with `answer`. */
export async function loopback(answer: (response: ServerResponse, path: string) => void): Promise<Loopback> {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const { url: path = '' } = request
    text(request)
      .then((body) => arrived.push({ path, body }))
      .then(() => answer(response, path))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return {
    url: `http://127.0.0.1:${String(port)}`,
    arrived,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** Answers with nothing but a status. */
export function status(code: number): (response: ServerResponse) => void {
  return (response) => {
    response.statusCode = code
    response.end()
  }
}
