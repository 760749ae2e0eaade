import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  errorText,
  findingOf,
  formatEvent,
  formatFinding,
  formatReport,
  isSalvageError,
  jsonLine,
} from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { badSocket } from '../error.ts'
import type { Status } from '../status-schema.ts'
import type { Desk } from '../desk.ts'

/** What the daemon answers with. */
export interface Answers {
  readonly status: () => Promise<Status>
  /** Why it is not ready; empty when it is. */
  readonly unready: () => readonly Finding[]
  readonly trigger: Desk['trigger']
  /** Masks secrets in everything that is answered. */
  readonly redact: (text: string) => string
}

const TIDE_RUN = /^\/tides\/([^/]+)\/run$/

/**
 * Answers on a unix socket that its owner alone can reach; `await using` ends it, and whoever is still connected. Rejects
 * with `DAEMON.SOCKET`.
 */
export async function serve(path: string, answers: Answers): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    // Nothing that is sent is needed.
    request.resume()
    void answer(request, response, answers)
  })
  const listening = once(server, 'listening')
  // The socket must never be open to others, not for a moment. It is there when `listen` returns.
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  try {
    await listening
  } catch (error) {
    throw badSocket(path, errorText(error), error)
  }
  // Somebody could not be let in, for there are no file descriptors left: the next one may.
  server.on('error', () => undefined)
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, answers: Answers): Promise<void> {
  const send: Send = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(answers.redact(`${JSON.stringify(body)}\n`))
  }
  const failed = (status: number, error: Finding): void => send(status, { version: 1, error })
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://daemon')
    const tide = TIDE_RUN.exec(pathname)?.[1]
    if (tide !== undefined) {
      if (request.method !== 'POST') return failed(405, unknown(`${pathname} takes POST`))
      await run(decodeURIComponent(tide), searchParams.has('follow'), { response, send }, answers)
      return
    }
    if (request.method !== 'GET') return failed(405, unknown(`${pathname} takes GET`))
    if (pathname === '/healthz') return send(200, { version: 1, live: true })
    if (pathname === '/readyz') {
      const problems = answers.unready()
      return send(problems.length === 0 ? 200 : 503, { version: 1, ready: problems.length === 0, problems })
    }
    if (pathname === '/status') return send(200, await answers.status())
    failed(404, unknown(`there is nothing at ${pathname}`))
  } catch (error) {
    if (response.headersSent) response.end()
    else failed(statusOfError(error), findingOf(error))
  }
}

type Send = (status: number, body: object) => void

interface Asking {
  readonly response: ServerResponse
  readonly send: Send
}

async function run(tide: string, isFollowed: boolean, { response, send }: Asking, answers: Answers): Promise<void> {
  if (!isFollowed) {
    const { runId } = answers.trigger(tide)
    return send(202, { version: 1, tide, runId })
  }
  // The run does not end with whoever looks at it; nor does it wait for one who reads slowly.
  const write = (line: string): void => {
    if (!response.destroyed && response.writableLength < 1_000_000) response.write(answers.redact(`${line}\n`))
  }
  const { ended, runId } = answers.trigger(tide, (event) => {
    if (event.type === 'lift.progress' || event.type === 'lower.progress') return
    const text = event.type === 'run.finished' ? undefined : formatEvent(event)
    write(withText(jsonLine(event, new Date()), text))
  })
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'salvage-run': runId })
  response.flushHeaders()
  const { exitCode, report, finding } = await ended
  const text =
    report === undefined ? `failed: ${finding === undefined ? '' : formatFinding(finding)}` : formatReport(report)
  const outcome = report === undefined ? { error: finding } : { report }
  const time = new Date().toISOString()
  const last = { time, version: 1, type: 'tide.ended', tide, runId, exitCode, text, ...outcome }
  response.end(answers.redact(`${JSON.stringify(last)}\n`))
}

function withText(line: string, text: string | undefined): string {
  return text === undefined ? line : `${line.slice(0, -1)},"text":${JSON.stringify(text)}}`
}

function unknown(message: string): Finding {
  return { code: 'DAEMON.REQUEST', message, hint: 'see docs/daemon.md for what can be asked' }
}

function statusOfError(error: unknown): number {
  if (error instanceof URIError) return 400
  if (!isSalvageError(error)) return 500
  if (error.code === 'DAEMON.BUSY') return 409
  if (error.code === 'DAEMON.STOPPING') return 503
  return error.code === 'TIDE.UNKNOWN' ? 404 : 422
}
