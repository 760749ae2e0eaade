import { createServer } from 'node:net'
import { errorText, isSalvageError } from '@salvage-kit/core'
import type { SalvageError } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { beforeAll, expect, test } from 'vitest'
import type { HttpMessage } from '../../src/notifier.ts'
import { deliver } from '../../src/send/deliver.ts'
import { selfSigned } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { BRIEF, loopback, post, status } from './loopback.ts'

let certificate: Certificate

beforeAll(async () => {
  using directory = temporaryDirectory()
  certificate = await selfSigned(directory.path)
})

const { signal } = new AbortController()

/** How the delivery failed; whatever it was, nothing of it may be a secret. */
async function failureOf(message: HttpMessage, patience = BRIEF): Promise<SalvageError> {
  try {
    await deliver(message, patience, { signal })
  } catch (error) {
    if (!isSalvageError(error)) throw error
    expect(error.code).toBe('REPORT.FAILED')
    expect(`${errorText(error)} ${error.why ?? ''} ${error.hint ?? ''}`).not.toMatch(/s3cret|hooks\//)
    expect(error.message).toContain(new URL(message.url).host)
    return error
  }
  throw new Error('it was delivered')
}

test('a request arrives as it is, on a connection that is closed with it', async () => {
  await using server = await loopback(status(204))
  await deliver(post(server.url), BRIEF, { signal })
  expect(server.arrived).toMatchObject([
    {
      method: 'POST',
      path: '/hooks/s3cret-path?key=s3cret-query',
      body: 'word',
      headers: { authorization: 'Bearer s3cret-token', 'content-length': '4', connection: 'close' },
    },
  ])
  await expect.poll(async () => server.connections()).toBe(0)
})

test('GET has neither a body nor a length', async () => {
  await using server = await loopback(status(200, 'ok'))
  await deliver({ kind: 'http', method: 'GET', url: `${server.url}/a`, headers: {} }, BRIEF, { signal })
  expect(server.arrived).toMatchObject([{ method: 'GET', path: '/a', body: '' }])
  expect(server.arrived[0]?.headers).not.toHaveProperty('content-length')
})

test('user and password of an address are sent as such', async () => {
  await using server = await loopback(status(200))
  await deliver(post(server.url.replace('//', '//me:p%40ss@')), BRIEF, { signal })
  await deliver({ kind: 'http', method: 'GET', url: server.url.replace('//', '//me:p%40ss@'), headers: {} }, BRIEF, {
    signal,
  })
  expect(server.arrived[1]?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
})

test('a server that changes to another protocol is a failure', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  try {
    expect(await failureOf(post(`http://127.0.0.1:${String(port)}`))).toMatchObject({
      why: expect.stringContaining('no answer'),
    })
  } finally {
    server.close()
  }
})

test('500 twice, then 200', async () => {
  await using server = await loopback([status(500), status(503), status(200)])
  await deliver(post(server.url), BRIEF, { signal })
  expect(server.arrived).toHaveLength(3)
})

test('500 for ever is a failure after the last try', async () => {
  await using server = await loopback(status(500, 'disk full'))
  expect(await failureOf(post(server.url))).toMatchObject({ why: 'disk full', retryable: true })
  expect(server.arrived).toHaveLength(BRIEF.tries)
})

test.each([400, 401, 403, 404, 410, 413, 422])('%i is not tried again', async (code) => {
  await using server = await loopback(status(code, 'no'))
  expect((await failureOf(post(server.url))).message).toMatch(new RegExp(` answered ${String(code)} `, 'v'))
  expect(server.arrived).toHaveLength(1)
})

test.each([301, 302, 307, 308])('%i is followed nowhere', async (code) => {
  await using elsewhere = await loopback(status(200))
  await using server = await loopback(status(code, '', { location: elsewhere.url }))
  expect(await failureOf(post(server.url))).toMatchObject({ hint: 'write the address that it ends at' })
  await failureOf(post(server.url, { method: 'GET' }))
  expect(elsewhere.arrived).toHaveLength(0)
})

test('429 waits for as long as the server asks', async () => {
  await using server = await loopback([status(429, '', { 'retry-after': '0.5' }), status(200)])
  const before = performance.now()
  await deliver(post(server.url), BRIEF, { signal })
  expect(performance.now() - before).toBeGreaterThanOrEqual(490)
  expect(server.arrived).toHaveLength(2)
})

test('429 that asks for longer than there is time is given up at once', async () => {
  await using server = await loopback(status(429, '', { 'retry-after': '3600' }))
  await failureOf(post(server.url))
  expect(server.arrived).toHaveLength(1)
})

test('a server that never answers is given up', async () => {
  await using server = await loopback(() => undefined)
  expect((await failureOf(post(server.url))).message).toMatch(/did not answer within/)
  expect(server.arrived).toHaveLength(BRIEF.tries)
})

test('the time in all counts, however many tries are left', async () => {
  await using server = await loopback([status(500, 'first'), () => undefined])
  const failure = await failureOf(post(server.url), { tries: 100, tryMs: 60_000, totalMs: 500, backoffMs: 1 })
  // What is known from a try that ended says more than that the time is over.
  expect(failure.why).toBe('first')
})

test.each([
  ['drips', 200],
  ['drips', 500],
  ['never ends', 500],
])('an answer that %s is not waited for, its status %i counts', async (how, code) => {
  await using server = await loopback((response) => {
    response.writeHead(code)
    response.write('x')
    if (how === 'never ends') return
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const sending = deliver(post(server.url), { ...BRIEF, tries: 1, tryMs: 30_000, totalMs: 60_000 }, { signal })
  if (code === 200) await sending
  else await expect(sending).rejects.toMatchObject({ code: 'REPORT.FAILED', why: expect.stringMatching(/^x+…?$/) })
})

test.each([200, 500])('of an answer of 10 MB with %i little is read', async (code) => {
  let written = 0
  await using server = await loopback((response) => {
    response.writeHead(code)
    const block = Buffer.alloc(65_536, 'x')
    const more = (): void => {
      while (written < 10_000_000 && !response.destroyed) {
        written += block.length
        if (!response.write(block)) {
          response.once('drain', more)
          return
        }
      }
      response.end()
    }
    more()
  })
  const sending = deliver(post(server.url), { ...BRIEF, tries: 1 }, { signal })
  if (code === 200) await sending
  else await expect(sending).rejects.toMatchObject({ why: `${'x'.repeat(199)}…` })
  // What the kernel buffers goes further than what is read.
  expect(written).toBeLessThan(10_000_000)
})

test('a connection that is reset is tried again', async () => {
  await using server = await loopback([(response) => response.socket?.resetAndDestroy(), status(200)])
  await deliver(post(server.url), BRIEF, { signal })
  expect(server.arrived).toHaveLength(2)
})

test('what speaks no HTTP is a failure', async () => {
  const server = createServer((socket) => socket.end('220 mail.example.org ESMTP\r\n'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await failureOf(post(`http://127.0.0.1:${String(port)}`))
  await failureOf(post(`https://127.0.0.1:${String(port)}`))
  server.close()
})

test('a port that is closed and a name that is unknown name the host alone', async () => {
  const server = await loopback(status(200))
  await server[Symbol.asyncDispose]()
  expect(await failureOf(post(server.url))).toMatchObject({ why: expect.stringContaining('ECONNREFUSED') })
  expect(await failureOf(post('http://no-such-host.invalid'))).toMatchObject({
    why: expect.stringMatching(/no-such-host\.invalid|ENOTFOUND|EAI_AGAIN/),
  })
})

test('a certificate that nobody vouches for is refused, and not tried again', async () => {
  await using server = await loopback(status(200), certificate)
  expect(await failureOf(post(server.url))).toMatchObject({ retryable: false, hint: expect.stringContaining('caFile') })
  expect(server.arrived).toHaveLength(0)
})

test('an authority of one’s own vouches for it', async () => {
  await using server = await loopback(status(200), certificate)
  await deliver(post(server.url, { ca: certificate.cert }), BRIEF, { signal })
  expect(server.arrived).toMatchObject([{ body: 'word' }])
})

test('a header that no request may have is a failure that does not repeat it', async () => {
  await failureOf(post('http://127.0.0.1:1', { headers: { authorization: 'Bearer s3cret\ntoken' } }))
})

test('what the server repeats of the request is masked', async () => {
  await using server = await loopback(
    status(404, 'Cannot POST /hooks/s3cret-path?key=s3cret-query with "Bearer s3cret-token", key s3cret-query'),
  )
  expect((await failureOf(post(server.url))).why).toBe('Cannot POST *** with "***", key ***')
})

test('somebody who stops it gets his own reason, also between two tries', async () => {
  await using hanging = await loopback(() => undefined)
  const stop = new AbortController()
  const sending = deliver(post(hanging.url), BRIEF, { signal: stop.signal })
  await expect.poll(() => hanging.arrived.length).toBe(1)
  stop.abort(new Error('enough'))
  await expect(sending).rejects.toThrow('enough')

  await using failing = await loopback(status(500))
  const again = new AbortController()
  const waiting = deliver(post(failing.url), { ...BRIEF, backoffMs: 2000 }, { signal: again.signal })
  await expect.poll(() => failing.arrived.length).toBe(1)
  setTimeout(() => again.abort(new Error('enough')), 50)
  await expect(waiting).rejects.toThrow('enough')
  expect(failing.arrived).toHaveLength(1)
})
