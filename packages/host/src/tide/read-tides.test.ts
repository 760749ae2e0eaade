import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Finding } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { loadConfig } from '../config/load-config.ts'
import { readTides } from './read-tides.ts'

test('what cannot be swept keeps no tide from being read', async () => {
  using folder = temporaryDirectory()
  const socket = join(folder.path, 'engine.sock')
  // There is no root container, and what dead processes left cannot even be listed.
  const server = createServer((request, response) => {
    const isForLabels = decodeURIComponent(request.url ?? '').includes('salvage.root')
    response.writeHead(isForLabels ? 200 : 500, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isForLabels ? [] : { message: 'the disk is full' }))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  try {
    const file = join(folder.path, 'salvage-kit.yaml')
    const tides = { t: { cron: '@daily', to: 'archive:/store' } }
    writeFileSync(file, JSON.stringify({ docker: { host: `unix://${socket}` }, tides }))
    const loaded = await loadConfig({ file, environment: {}, directory: folder.path })
    const failures: Finding[] = []
    const sweep = (failure: Finding): void => void failures.push(failure)
    const table = await readTides(loaded, { signal: new AbortController().signal, sweep })
    expect(table.docker).toBe('connected')
    expect([...table.tides.keys()]).toEqual(['t'])
    expect(table.problems).toEqual([])
    expect(failures).toMatchObject([{ code: expect.stringMatching(/^DOCKER\./) }])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
