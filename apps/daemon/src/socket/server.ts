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
  // The socket must never be open to others, not for a moment.
  const before = process.umask(0o177)
  try {
    const listening = once(server, 'listening')
    server.listen(path)
    await listening
  } catch (error) {
    throw badSocket(path, errorText(error), error)
  } finally {
    process.umask(before)
  }
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
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://daemon')
    const tide = TIDE_RUN.exec(pathname)?.[1]
    if (tide !== undefined) {
      if (request.method !== 'POST') return failed(response, 405, unknown(`${pathname} takes POST`))
      await run(decodeURIComponent(tide), searchParams.has('follow'), response, answers)
      return
    }
    if (request.method !== 'GET') return failed(response, 405, unknown(`${pathname} takes GET`))
    if (pathname === '/healthz') return send(response, 200, { version: 1, live: true })
    if (pathname === '/readyz') {
      const problems = answers.unready()
      return send(response, problems.length === 0 ? 200 : 503, { version: 1, ready: problems.length === 0, problems })
    }
    if (pathname === '/status') return send(response, 200, await answers.status())
    failed(response, 404, unknown(`there is nothing at ${pathname}`))
  } catch (error) {
    if (response.headersSent) response.end()
    else failed(response, statusOfError(error), findingOf(error))
  }
}

async function run(tide: string, isFollowed: boolean, response: ServerResponse, answers: Answers): Promise<void> {
  if (!isFollowed) {
    const { runId } = answers.trigger(tide)
    return send(response, 202, { version: 1, tide, runId })
  }
  // The run does not end with whoever looks at it; nor does it wait for one who reads slowly.
  const write = (line: string): void => {
    if (!response.destroyed && response.writableLength < 1_000_000) response.write(`${line}\n`)
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
  response.end(`${JSON.stringify({ time, version: 1, type: 'tide.ended', tide, runId, exitCode, text, ...outcome })}\n`)
}

function withText(line: string, text: string | undefined): string {
  return text === undefined ? line : `${line.slice(0, -1)},"text":${JSON.stringify(text)}}`
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

function failed(response: ServerResponse, status: number, error: Finding): void {
  send(response, status, { version: 1, error })
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
