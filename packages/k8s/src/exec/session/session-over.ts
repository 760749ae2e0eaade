import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { isSalvageError } from '@salvage-kit/core'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import type { ExecEnd, ExecRequest, ExecSession, TerminalSize } from '../../client/exec-session.ts'
import { CHANNEL } from './channel.ts'
import { inbound } from './inbound.ts'
import { abortError, lost } from './lost.ts'
import { outbound } from './outbound.ts'
import { pulse } from './pulse.ts'
import { readStatus } from './status.ts'

const SILENCE_MS = 60_000
/** Between the word that the program has ended and the end of the connection, when no output comes. */
const CLOSE_MS = 30_000
const NORMAL = 1000
const NO_CODE = 1005

/** The session over an open, paused connection. */
export function sessionOver(socket: WebSocket, request: ExecRequest, signal: AbortSignal): ExecSession {
  const { stdout, stderr, put, waits } = inbound(socket)
  const stdin = outbound(socket, request)
  const ended = Promise.withResolvers<ExecEnd>()
  let status: ExecEnd | undefined
  let cause: unknown
  let received = 0
  let over = false

  const fail = (error: Error): void => {
    if (over) return
    stop()
    for (const stream of [stdout, stderr, stdin]) stream.destroy(error)
    ended.reject(error)
    socket.terminate()
  }
  const beats = pulse(socket, request.silenceTimeoutMs ?? SILENCE_MS, waits, () =>
    fail(lost(request, 'the server has been silent')),
  )
  const closing = pulse(
    socket,
    CLOSE_MS,
    () => status === undefined || waits(),
    () => fail(lost(request, 'the server told the end of the program and then kept the connection')),
  )
  const aborted = (): void => giveUp(abortError(signal))
  const giveUp = (error: Error): void => {
    if (over) for (const stream of [stdout, stderr]) stream.destroy(error)
    else fail(error)
  }
  const left = (): void => fail(lost(request, 'nobody reads the output any more'))
  const stop = (): void => {
    over = true
    beats[Symbol.dispose]()
    closing[Symbol.dispose]()
  }
  const message = (data: RawData, binary: boolean): void => {
    beats.heard()
    if (over) return
    const bytes = bytesOf(data)
    const body = bytes.subarray(1)
    if (binary && bytes[0] === CHANNEL.stdout) {
      closing.heard()
      received += body.length
      if (body.length > 0) put(stdout, body)
    } else if (binary && bytes[0] === CHANNEL.stderr) {
      closing.heard()
      if (body.length > 0) put(stderr, body)
    } else if (binary && bytes[0] === CHANNEL.status) {
      const told = body.length === 0 ? undefined : readStatus(body.toString(), request)
      if (isSalvageError(told)) fail(told)
      else status ??= told
    } else if (bytes.length > 0) fail(lost(request, 'the server sent what is no part of the exec protocol'))
  }
  const closed = (code: number): void => {
    if (over) return
    if (status === undefined)
      return fail(lost(request, `the connection ended (${code}) without a word about the program`, cause))
    if (code !== NORMAL && code !== NO_CODE)
      return fail(
        lost(request, `the connection broke (${code}) after the program had ended: output may be missing`, cause),
      )
    stop()
    const end = status
    for (const stream of [stdout, stderr]) stream.push(null)
    stdin.destroy()
    Promise.all([readWhole(stdout), readWhole(stderr)]).then(
      () => ended.resolve(end),
      (why: unknown) => ended.reject(lost(request, 'nobody read the output to its end', why)),
    )
  }

  const resize = ({ columns, rows }: TerminalSize): void => {
    if (over || request.terminal === undefined) return
    const size = Buffer.from(JSON.stringify({ Width: columns, Height: rows }))
    socket.send(Buffer.concat([Buffer.from([CHANNEL.resize]), size]))
  }

  ended.promise.catch(() => {}).finally(() => signal.removeEventListener('abort', aborted))
  socket.on('error', (error) => {
    cause = error
  })
  socket.on('message', message)
  socket.on('pong', () => beats.heard())
  socket.on('close', closed)
  stdout.once('close', left)
  stderr.once('close', left)
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  else socket.resume()
  if (request.terminal !== undefined) resize(request.terminal)

  return {
    stdout,
    stderr,
    stdin,
    resize,
    ended: ended.promise,
    get received(): number {
      return received
    },
    async [Symbol.asyncDispose](): Promise<void> {
      giveUp(lost(request, 'it was closed here'))
      if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close')
    },
  }
}

async function readWhole(stream: Readable): Promise<void> {
  await finished(stream, { writable: false })
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
