import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loopback, post } from './loopback.ts'

test('nothing that was sent keeps a process alive, whatever the server does with the connection', async () => {
  await using server = await loopback((response) => {
    response.writeHead(200, { connection: 'keep-alive', 'content-length': '2' })
    response.end('ok')
  })
  const source = new URL('../../src/index.ts', import.meta.url).href
  const script = `
    import { deliver, USUAL_PATIENCE } from ${JSON.stringify(source)}
    await deliver(${JSON.stringify(post(server.url))}, USUAL_PATIENCE, { signal: new AbortController().signal })
    console.log('delivered')`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  expect(stdout.trim()).toBe('delivered')
})
