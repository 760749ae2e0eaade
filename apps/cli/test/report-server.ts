import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** A server that keeps what it gets. */
export interface ReportServer extends AsyncDisposable {
  readonly url: string
  readonly arrived: { readonly method: string; readonly path: string; readonly body: string }[]
}

/** Starts one on this machine that answers `/bad…` with 404, everything else with 200. */
export async function reportServer(): Promise<ReportServer> {
  const arrived: ReportServer['arrived'] = []
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request
    text(request)
      .then((body) => {
        arrived.push({ method, path, body })
        response.statusCode = path.startsWith('/bad') ? 404 : 200
        return response.end()
      })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    url: `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`,
    arrived,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
