import { request } from 'node:http'
import type { Agent, IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

const json = z.record(z.string(), z.unknown())

/** What a plugin said. */
export interface Answer {
  readonly status: number
  /** Of the answer's JSON. */
  readonly err: string
  readonly body: Readonly<Record<string, unknown>>
}

/** What is asked. */
export interface Asked {
  readonly method?: string
  /** Sent as JSON, or as it is when it is text. */
  readonly body?: unknown
  readonly agent?: Agent
}

/** Asks a plugin. Rejects when it does not answer with JSON. */
export async function call(
  socketPath: string,
  path: string,
  { method = 'POST', body, agent }: Asked = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const sent = typeof body === 'string' ? body : JSON.stringify(body ?? {})
  const headers = { host: '', 'content-length': Buffer.byteLength(sent) }
  const asked = request(
    { socketPath, path: `/${path}`, method, headers, ...(agent === undefined ? {} : { agent }) },
    resolve,
  )
  asked.once('error', reject)
  asked.end(sent)
  const answer = await promise
  const read = json.parse(JSON.parse(await text(answer)))
  return { status: answer.statusCode ?? 0, err: String(read['Err']), body: read }
}
