import { createConnection, createServer } from 'node:net'
import type { Socket } from 'node:net'

/** A proxy that ends connections to programs well, but for the last bytes that the engine sent on them. */
export async function tailCuttingProxy(socket: string, bytes: number): Promise<AsyncDisposable & { host: string }> {
  const path = `${socket}.tail`
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: socket, allowHalfOpen: true })
    let held = Buffer.alloc(0)
    let isExec = false
    let isOpen = false
    client.on('data', (data) => {
      isExec ||= /^POST \S*\/exec\/\w+\/start/.test(data.toString('latin1'))
      engine.write(data)
    })
    client.on('end', () => engine.end())
    engine.on('data', (data) => {
      held = Buffer.concat([held, data])
      const head = held.indexOf('\r\n\r\n') + 4
      // The engine writes the head of its answer in pieces.
      if (isExec && !isOpen && head <= 3) return
      const free = isExec ? Math.max(isOpen ? 0 : head, held.length - bytes) : held.length
      isOpen ||= isExec
      client.write(held.subarray(0, free))
      held = held.subarray(free)
    })
    engine.on('end', () => client.end())
    for (const one of [client, engine]) {
      open.add(one)
      one.on('error', () => {
        client.destroy()
        engine.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    async [Symbol.asyncDispose]() {
      for (const one of open) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
