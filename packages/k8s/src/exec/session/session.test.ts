import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { REQUEST, send, serving, session, SUCCESS } from '../../../test/exec/serving.ts'
import { openExec } from './open-exec.ts'

const THREE =
  '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}'
const PIECE = 32 * 1024
const LOST = { code: 'EXEC.LOST' }

test('tells output and exit code, and asks for the program in the words of the API', async () => {
  let asked = ''
  const server = await serving((socket, url) => {
    asked = url
    send(socket, 1, '')
    send(socket, 1, 'one ')
    send(socket, 2, 'no word')
    send(socket, 1, 'two')
    send(socket, 3, THREE)
    socket.close(1000)
  })
  const made = await openExec({ server, headers: {}, tls: {} }, REQUEST, { signal: new AbortController().signal })
  const [stdout, stderr] = await Promise.all([text(made.stdout), text(made.stderr)])
  expect([stdout, stderr, await made.ended, made.received]).toEqual(['one two', 'no word', { code: 3 }, 7])
  expect(asked).toBe(
    '/api/v1/namespaces/shop/pods/db-0/exec?container=db&stdout=true&stderr=true&command=dump&command=--all',
  )
})

test('waits for the last output when the status came before it', async () => {
  const server = await serving(async (socket) => {
    send(socket, 3, SUCCESS)
    await sleep(50)
    send(socket, 1, 'the last')
    socket.close(1000)
  })
  const made = await session(server)
  let ended = false
  made.ended.then(
    () => (ended = true),
    () => {},
  )
  await sleep(120)
  expect(ended).toBe(false)
  expect(await text(made.stdout)).toBe('the last')
  expect(await made.ended).toEqual({ code: 0 })
})

const BREAKS: readonly (readonly [string, (socket: WebSocket) => unknown])[] = [
  ['a reset in the middle', (socket) => socket.terminate()],
  ['a clean close without a word', (socket) => socket.close(1000)],
  ['a close with an error', (socket) => socket.close(1011, 'broken')],
  [
    'a reset after the status',
    (socket) => {
      send(socket, 3, SUCCESS)
      setTimeout(() => socket.terminate(), 20)
    },
  ],
  ['a channel that is none', (socket) => send(socket, 9, 'what')],
  ['text instead of bytes', (socket) => socket.send('1hello')],
  ['a status that is none', (socket) => send(socket, 3, '<html>')],
  ['a status without a verdict', (socket) => send(socket, 3, '{"status":"Perhaps"}')],
  ['a message larger than any server sends', (socket) => send(socket, 1, Buffer.alloc(17 * 1024 * 1024))],
]

test.each(BREAKS)('%s is the loss of the connection, in the streams as well', async (_, act) => {
  const server = await serving((socket) => {
    send(socket, 1, 'half')
    act(socket)
  })
  const made = await session(server, { stdin: true })
  const read = text(made.stdout)
  await expect(read).rejects.toMatchObject(LOST)
  await expect(made.ended).rejects.toMatchObject(LOST)
  expect(made.stdin.destroyed).toBe(true)
})

test.each([
  '{"status":"Failure","reason":"InternalError","message":"exec: not found"}',
  '{"status":"Failure","reason":"NonZeroExitCode"}',
  '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"-1"}]}}',
  '{"status":"Failure"}',
])('a failure without an exit code is no exit code: %s', async (status) => {
  const server = await serving((socket) => {
    send(socket, 3, status)
    socket.close(1000)
  })
  const made = await session(server)
  made.stdout.resume()
  await expect(made.ended).rejects.toMatchObject({ code: 'EXEC.FAILED' })
})

test('a large message comes whole', async () => {
  const body = Buffer.alloc(8 * 1024 * 1024, 'x')
  const server = await serving((socket) => {
    send(socket, 1, body)
    send(socket, 3, SUCCESS)
    socket.close(1000)
  })
  const made = await session(server)
  expect((await text(made.stdout)).length).toBe(body.length)
  expect(await made.ended).toEqual({ code: 0 })
})

test('a server that does not answer at all is given up', async () => {
  const { createServer } = await import('node:net')
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  const tried = session(`http://127.0.0.1:${port}`, { startTimeoutMs: 100 })
  await expect(tried).rejects.toMatchObject({ code: 'EXEC.NO_ANSWER', retryable: true })
  silent.close()
})

test('nobody there is told as of any call', async () => {
  await expect(session('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'K8S.UNREACHABLE' })
})

test('a refusal is told in the words of the server', async () => {
  const { createServer } = await import('node:http')
  const refusing = createServer()
  refusing.on('upgrade', (_, socket) => {
    const body = '{"kind":"Status","status":"Failure","reason":"Forbidden","message":"user cannot create pods/exec"}'
    socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`)
  })
  refusing.listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const address = refusing.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  await expect(session(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: 'K8S.FORBIDDEN',
    why: 'user cannot create pods/exec',
  })
  refusing.close()
})

test('silence is a loss, and pongs are no silence', async () => {
  const talking = await serving(async (socket) => {
    await sleep(1500)
    send(socket, 3, SUCCESS)
    socket.close(1000)
  })
  const quiet = await session(talking, { silenceTimeoutMs: 500 })
  quiet.stdout.resume()
  expect(await quiet.ended).toEqual({ code: 0 })

  const dead = await serving((socket) => socket.pause())
  const made = await session(dead, { silenceTimeoutMs: 200 })
  made.stdout.resume()
  await expect(made.ended).rejects.toMatchObject({ ...LOST, why: 'the server has been silent' })
})

test('time in which nobody reads here is no silence of the server', async () => {
  const server = await serving((socket) => {
    for (let sent = 0; sent < 4 * 1024 * 1024; sent += PIECE) send(socket, 1, Buffer.alloc(PIECE))
    send(socket, 3, SUCCESS)
    socket.close(1000)
  })
  const made = await session(server, { silenceTimeoutMs: 100 })
  await sleep(600)
  expect(made.received).toBeLessThan(2 * 1024 * 1024)
  expect((await text(made.stdout)).length).toBe(4 * 1024 * 1024)
  expect(await made.ended).toEqual({ code: 0 })
})

test('an aborted signal ends it with its reason, also while the rest is read', async () => {
  const controller = new AbortController()
  const closed = Promise.withResolvers<void>()
  const server = await serving((socket) => socket.on('close', () => closed.resolve()))
  const made = await session(server, {}, controller.signal)
  controller.abort(new Error('enough'))
  await expect(made.ended).rejects.toThrow('enough')
  await closed.promise

  const later = new AbortController()
  const done = await serving((socket) => {
    send(socket, 1, 'unread')
    send(socket, 3, SUCCESS)
    socket.close(1000)
  })
  const unread = await session(done, {}, later.signal)
  await vi.waitFor(() => expect(unread.stdin.destroyed).toBe(true), { timeout: 20_000 })
  later.abort(new Error('enough'))
  await expect(unread.ended).rejects.toMatchObject(LOST)
})

test('who stops reading ends it, and so does disposal', async () => {
  const server = await serving((socket) => send(socket, 1, 'x'))
  const left = await session(server)
  left.stdout.destroy()
  await expect(left.ended).rejects.toMatchObject(LOST)
  const disposed = await session(server)
  await disposed[Symbol.asyncDispose]()
  await expect(disposed.ended).rejects.toMatchObject(LOST)
})
