import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { dockerodeEngine } from '../dockerode-engine.ts'
import { permitted } from './permitted.ts'

const { signal } = new AbortController()

test('an engine that was away when it was asked is asked again', async () => {
  using folder = temporaryDirectory()
  const socket = join(folder.path, 'engine.sock')
  const crane = {
    id: 'c',
    media: new Set<never>(),
    preflight: async () => {},
    lift: async () => Promise.reject(new Error('nobody lifts here')),
    clear: async () => {},
  }
  const [asking] = permitted({ id: 'x', cranes: [crane] }, dockerodeEngine({ host: `unix://${socket}` })).cranes ?? []
  const store = { ref: 'crane:c', crane: 'c', settings: {} } as const
  await asking?.preflight(store, [], { signal, init: false })
  const proxy = createServer((_request, response) => response.writeHead(403).end())
  await promisify((done: () => void) => proxy.listen(socket, done))()
  await expect(asking?.preflight(store, [], { signal, init: false })).rejects.toMatchObject({
    code: 'DOCKER.PERMISSION',
    why: expect.stringContaining('POST /containers/create'),
  })
  proxy.close()
})
