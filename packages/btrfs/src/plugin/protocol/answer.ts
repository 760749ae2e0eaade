import type { IncomingMessage, ServerResponse } from 'node:http'
import { deadline, findingOf, formatFinding, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding } from '@salvage-kit/core'
import { systemFailure } from '../error.ts'
import { readBody, TOO_LONG } from './read-body.ts'
import type { Route } from './route.ts'

/** Which call is meant by a path; undefined when there is none. */
export type FindRoute = (path: string) => Route | undefined

/** What {@link answerRequest} works with. */
export interface Answering extends CallOptions {
  readonly find: FindRoute
  /** Told of faults of this program, and of nothing that the answer says as well. */
  readonly onBug: (finding: Finding) => void
}

/** The engine gives up after 60 seconds, some calls after 120: it hears why before that. */
const PATIENCE_MS = 50_000
/** Who does not take the answer within so many milliseconds is let go. */
const READING_MS = 30_000

/**
 * Answers one request, always with JSON that has `Err`, empty for success. A failure that is foreseen has status 200: so
 * an engine shows its text alone. Never rejects.
 */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  const { socket } = request
  const { status, body } = await answerOf(request, answering)
  if (response.destroyed) return
  const text = JSON.stringify({ Err: '', ...body })
  // What was not read of the request would be taken for the next one.
  const closing = request.complete ? {} : { connection: 'close' }
  response.setTimeout(READING_MS, () => socket.destroy())
  response.once('finish', () => socket.setTimeout(0))
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...closing,
  })
  response.end(text)
}

interface Answer {
  readonly status: number
  readonly body: object
}

async function answerOf(request: IncomingMessage, { find, onBug, signal }: Answering): Promise<Answer> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  try {
    const route = find(path)
    if (route === undefined) return refused(404, `there is no call ${path.slice(0, 200)}`)
    if (request.method !== route.method) return refused(405, `this call takes ${route.method}`)
    const given = await readBody(request)
    if (given === TOO_LONG) return refused(413, 'the body is too long')
    // Docker's own calls come to their end though the plugin is asked to stop: they are short.
    using limit = route.isLong ? undefined : deadline(PATIENCE_MS)
    const options = { signal: limit?.signal ?? signal }
    const work = route.answer(given, options)
    return { status: 200, body: limit === undefined ? await work : await within(work, options) }
  } catch (thrown) {
    const error = foreseen(thrown)
    const finding = findingOf(error)
    const Err = formatFinding(finding)
    if (isSalvageError(error)) return { status: error.code === 'PLUGIN.REQUEST' ? 400 : 200, body: { Err } }
    // Half a request: nobody is there to read an answer.
    if (request.destroyed && !request.complete) return { status: 400, body: { Err } }
    onBug(finding)
    return { status: 500, body: { Err } }
  }
}

/** What the kernel refuses is no fault of this program. */
function foreseen(thrown: unknown): unknown {
  return thrown instanceof Error && 'syscall' in thrown ? systemFailure(thrown) : thrown
}

/** Rejects with the signal's reason although the work goes on: a file system may hang. */
async function within<T>(work: Promise<T>, { signal }: CallOptions): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return Promise.race([work, promise])
}

function refused(status: number, why: string): Answer {
  return { status, body: { Err: formatFinding({ code: 'PLUGIN.REQUEST', message: why }) } }
}
