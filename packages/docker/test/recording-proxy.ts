import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'

/** A socket in front of an engine that notes every request; each connection carries one. */
export interface RecordingProxy extends AsyncDisposable {
  readonly host: string
  /** `GET /containers/json?all=1`. */
  readonly requests: readonly string[]
}

/** Starts one. */
export async function recordingProxy(socket: string): Promise<RecordingProxy> {
  const folder = temporaryDirectory('salvage-proxy-')
  const path = join(folder.path, 'proxy.sock')
  const requests: string[] = []
  const server = createServer((client) => {
    const engine = connect(socket)
    client.once('data', (head) => requests.push(head.toString('latin1').split(' HTTP/')[0] ?? ''))
    client.on('error', () => engine.destroy())
    engine.on('error', () => client.destroy())
    client.pipe(engine).pipe(client)
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  return {
    host: `unix://${path}`,
    requests,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => {
        server.close(resolve)
      })
      folder[Symbol.dispose]()
    },
  }
}
