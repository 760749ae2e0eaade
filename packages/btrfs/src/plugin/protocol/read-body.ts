import type { IncomingMessage } from 'node:http'
import { badRequest } from '../error.ts'

/** More than any call of the protocol needs, in bytes. */
const LONGEST_BODY = 1024 * 1024

/** The body was too long. It was read to its end, and not kept: who is not heard out does not hear the answer. */
export const TOO_LONG: unique symbol = Symbol('too long')

/** Reads JSON; undefined when there is nothing at all. Rejects with `PLUGIN.REQUEST` when it is something else. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    length += chunk.length
    if (length <= LONGEST_BODY) chunks.push(chunk)
    else chunks.length = 0
  }
  if (length > LONGEST_BODY) return TOO_LONG
  const text = Buffer.concat(chunks).toString('utf8')
  if (text.trim() === '') return undefined
  try {
    const body: unknown = JSON.parse(text)
    return body
  } catch (error) {
    throw badRequest('the body is not JSON', error)
  }
}
